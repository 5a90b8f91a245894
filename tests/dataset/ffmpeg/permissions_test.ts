import assert from "node:assert/strict";
import { writeMp4 } from "lib/dataset/encode/mod.ts";
import { demoScene, renderScene } from "lib/dataset/synthetic/mod.ts";
import { temporaryFolder } from "../_video_fixture.ts";

Deno.test("decoding needs few permissions and logs nothing about a damaged file", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("bent.mp4");
  const clip = await renderScene(demoScene, {
    frames: 32,
    height: 64,
    width: 64,
    fps: 8,
  });
  await writeMp4(path, clip);
  const bytes = await Deno.readFile(path);
  bytes.fill(0x5a, Math.floor(bytes.length * 0.7));
  await Deno.writeFile(path, bytes);
  const program = folder.file("program.ts");
  await Deno.writeTextFile(
    program,
    `
    import { decodeClip } from "lib/dataset/decode/mod.ts";
    const say = (text: string): void => void Deno.stdout.writeSync(new TextEncoder().encode(text));
    for (const frames of [8, 32]) {
      await decodeClip(${
      JSON.stringify(path)
    }, { frames, height: 32, width: 32, fps: 8 })
        .then((clip) => say(clip.frames + " frames, "), (error) => say(error.name));
    }
    `,
  );
  const root = new URL("../../..", import.meta.url).pathname;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--quiet",
      `--config=${root}deno.json`,
      "--allow-ffi",
      "--allow-env=AV_FROM_SOURCE",
      `--allow-read=${root},${folder.path}`,
      program,
    ],
    cwd: root,
  }).output();
  assert.equal(new TextDecoder().decode(stderr), "");
  assert.equal(new TextDecoder().decode(stdout), "8 frames, InputError");
});
