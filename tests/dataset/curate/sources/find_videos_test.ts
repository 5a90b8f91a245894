import assert from "node:assert/strict";
import {
  contentHash,
  findVideos,
  leftOutLines,
} from "lib/dataset/curate/mod.ts";
import { temporaryFolder } from "../../_video_fixture.ts";

async function filled(
  names: readonly string[],
): ReturnType<typeof temporaryFolder> {
  const folder = await temporaryFolder();
  for (const name of names) {
    const path = folder.file(name);
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(path, name);
  }
  return folder;
}

/** Makes links as a program that may do everything: Deno lets no other make them. */
async function link(
  links: readonly (readonly [to: string, at: string])[],
): Promise<void> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      `for (const [to, at] of ${
        JSON.stringify(links)
      }) Deno.symlinkSync(to, at);`,
    ],
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
}

async function namesIn(
  folder: { path: string },
  ...given: string[]
): Promise<string[]> {
  const { files } = await findVideos(
    given.length === 0 ? [folder.path] : given,
  );
  return files.map(({ path, problem }) =>
    path.slice(folder.path.length + 1) +
    (problem === undefined ? "" : `: ${problem}`)
  );
}

Deno.test("findVideos() searches folders of any name recursively", async () => {
  await using folder = await filled([
    "b.MP4",
    "two words/ein Ümlaut.mkv",
    "видео/猫.webm",
    "deep/er/still/a.gif",
    "notes.md",
    "deep/b.txt",
    "deep/no ending",
    ".hidden/c.mp4",
    "._d.mp4",
  ]);
  assert.deepEqual(await namesIn(folder), [
    "b.MP4",
    "deep/er/still/a.gif",
    "two words/ein Ümlaut.mkv",
    "видео/猫.webm",
  ]);
  const { leftOut } = await findVideos([folder.path]);
  assert.deepEqual(leftOutLines(leftOut), [
    "2 hidden, as their names begin with a dot: ._d.mp4, .hidden",
    "1 captions beside no video of that name: b.txt",
    "2 no videos by their extension: no extension 1, .md 1",
  ]);
});

Deno.test("findVideos() tells a transport stream from TypeScript", async () => {
  await using folder = await filled(["module.ts"]);
  const packets = new Uint8Array(4 * 188);
  for (let at = 0; at < packets.length; at += 188) packets[at] = 0x47;
  await Deno.writeFile(folder.file("stream.TS"), packets);
  const timed = new Uint8Array(4 * 192);
  for (let at = 4; at < timed.length; at += 192) timed[at] = 0x47;
  await Deno.writeFile(folder.file("timed.ts"), timed);
  assert.deepEqual(await namesIn(folder), ["stream.TS", "timed.ts"]);
  const { leftOut } = await findVideos([folder.path]);
  assert.deepEqual(leftOut, [{
    path: folder.file("module.ts"),
    reason: "code",
  }]);
});

Deno.test("findVideos() returns tables, and leaves captions beside videos to them", async () => {
  await using folder = await filled([
    "a.mp4",
    "a.mp4.TXT",
    "a.de.srt",
    "sub/Metadata.csv",
    "sub/captions.csv",
    "a.txt/b.mp4",
  ]);
  const { tables, leftOut } = await findVideos([folder.path]);
  assert.deepEqual(tables, [folder.file("sub/Metadata.csv")]);
  assert.deepEqual(leftOutLines(leftOut), [
    "1 no videos by their extension: .csv 1",
  ]);
  assert.deepEqual(await namesIn(folder), ["a.mp4", "a.txt/b.mp4"]);
});

Deno.test({
  name: "findVideos() names the reason if a name is not UTF-8",
  // Other systems refuse such names.
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using folder = await filled([]);
    // Deno writes UTF-8 alone, so the shell makes the name.
    const make = `printf x > "$1/$(printf 'caf\\351.mp4')"`;
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "eval",
        `new Deno.Command("sh", { args: ${
          JSON.stringify(["-c", make, "", folder.path])
        } }).outputSync();`,
      ],
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    assert.deepEqual(await namesIn(folder), [
      "caf\ufffd.mp4: its name is not UTF-8, so Deno cannot open it; rename it",
    ]);
  },
});

Deno.test("findVideos() follows links, each file once, and ends cycles", async () => {
  await using folder = await filled(["real/a.mp4", "z.mp4"]);
  await link([
    [folder.path, folder.file("real/up")],
    [folder.file("real"), folder.file("again")],
    ["z.mp4", folder.file("link.mp4")],
    ["nothing.mp4", folder.file("lost.mp4")],
    ["round.mp4", folder.file("round.mp4")],
  ]);
  assert.deepEqual(await namesIn(folder), [
    "again/a.mp4",
    "link.mp4",
    "lost.mp4: the link is broken",
    "round.mp4: the link is part of a cycle",
  ]);
  const { leftOut } = await findVideos([folder.path]);
  assert.deepEqual(leftOutLines(leftOut), [
    "3 reached before by another path: up, real, z.mp4",
  ]);
});

Deno.test("findVideos() accepts a named file of any extension", async () => {
  await using folder = await filled(["clip.bin", "a.mp4"]);
  assert.deepEqual(
    await namesIn(folder, folder.file("clip.bin"), folder.path),
    ["a.mp4", "clip.bin"],
  );
});

Deno.test("findVideos() leaves out skipped folders", async () => {
  await using folder = await filled(["a.mp4", "out/b.mp4"]);
  const { files } = await findVideos([folder.path], [folder.file("out")]);
  assert.deepEqual(files, [{ path: folder.file("a.mp4") }]);
});

Deno.test("findVideos() rejects a path that does not exist", async () => {
  await using folder = await filled([]);
  const path = folder.file("none");
  await assert.rejects(findVideos([path]), {
    name: "InputError",
    message:
      `Cannot ingest "${path}": the folder or file must exist: there is none; check the path`,
  });
});

Deno.test("findVideos() lists an unreadable folder and continues", async () => {
  await using folder = await filled(["a.mp4", "secret/b.mp4"]);
  // Without a permission rather than a file mode, which the superuser passes.
  const program = folder.file("program.ts");
  await Deno.writeTextFile(
    program,
    `import { findVideos } from "lib/dataset/curate/mod.ts";
    const { files } = await findVideos([${JSON.stringify(folder.path)}]);
    Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(files)));`,
  );
  const root = new URL("../../../..", import.meta.url).pathname;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--quiet",
      `--config=${root}deno.json`,
      "--allow-ffi",
      "--allow-env=AV_FROM_SOURCE",
      `--allow-read=${root},${folder.path}`,
      `--deny-read=${folder.file("secret")}`,
      program,
    ],
    cwd: root,
  }).output();
  assert.equal(new TextDecoder().decode(stderr), "");
  assert.deepEqual(JSON.parse(new TextDecoder().decode(stdout)), [
    { path: folder.file("a.mp4") },
    {
      path: folder.file("secret"),
      problem: "Deno lacks the permission to read it",
    },
  ]);
});

Deno.test("contentHash() is the SHA-256 of files of any size", async () => {
  await using folder = await filled(["a.mp4"]);
  const path = folder.file("a.mp4");
  const bytes = Uint8Array.from({ length: 2_500_000 }, (_, i) => i * 7);
  await Deno.writeFile(path, bytes);
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  assert.equal(await contentHash(path), new Uint8Array(digest).toHex());
});
