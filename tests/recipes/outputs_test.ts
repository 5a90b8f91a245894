import assert from "node:assert/strict";
import { runTask } from "./_task_process.ts";

Deno.test("commands refuse an output that cannot be written before any work", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/file`;
  await Deno.writeTextFile(file, "kept");
  const cases: [task: string, ...args: string[]][] = [
    ["generate", "a cube", "--out", `${file}/inside.mp4`],
    ["pack", "--run", "checkpoints/nano", "--out", file],
    ["export", "--preset", "tiny", "--out", `${file}/x`],
    ["world3d", "--out", `${folder}/run`, "--export", file],
    ["sensitivity", "--out", `${file}/x.png`],
    ["train", "--preset", "tiny", "--run", file],
    ["vae", "--preset", "tiny", "--run", file],
  ];
  try {
    for (const [task, ...args] of cases) {
      const { code, stdout, stderr } = await runTask(task, ...args);
      assert.equal(code, 2, `${task}: ${stderr}`);
      assert.equal(stdout, "");
      assert.match(
        stderr,
        /^error: Cannot use ".*": it must be a f(older|ile) that may be written: .*; choose another with --(out|run|export)\n$/,
      );
    }
    assert.equal(await Deno.readTextFile(file), "kept");
    assert.deepEqual(
      [...Deno.readDirSync(folder)].map(({ name }) => name),
      ["file"],
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("commands replace results only with --overwrite, and say so before any work", async () => {
  const folder = await Deno.makeTempDir();
  const files = ["a.mp4", "a.png", "a.html", "vae.safetensors", "README.md"];
  for (const name of files) {
    await Deno.writeTextFile(`${folder}/${name}`, "kept");
  }
  const cases: [task: string, ...args: string[]][] = [
    ["generate", "a cube", "--out", `${folder}/a.mp4`],
    ["pack", "--run", "checkpoints/nano", "--out", folder],
    ["export", "--out", folder],
    ["metrics", "held-out", "a", "b", "--page", `${folder}/a.html`],
    ["sensitivity", "--out", `${folder}/a.png`],
    ["world3d", "--out", `${folder}/run`, "--export", folder],
  ];
  try {
    for (const [task, ...args] of cases) {
      const { code, stdout, stderr } = await runTask(task, ...args);
      assert.equal(code, 2, `${task}: ${stderr}`);
      assert.equal(stdout, "");
      assert.match(
        stderr,
        /^error: Cannot write ".*": it must not exist yet: it does; choose another with --(out|page|export), or pass --overwrite to replace it\n$/,
      );
    }
    for (const name of files) {
      assert.equal(await Deno.readTextFile(`${folder}/${name}`), "kept");
    }
    assert.equal([...Deno.readDirSync(folder)].length, files.length);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("no command writes outside of runs/ by default", async () => {
  const outside = /\(default:? (checkpoints|docs|bench|lib|data\/(?!weights))/;
  for (const task of ["pack", "export", "sensitivity", "world3d", "generate"]) {
    const { stdout } = await runTask(task, "--help");
    const outputs = stdout.split("\n")
      .filter((line) => /^ {2}--(out|export|page) /.test(line));
    assert.ok(outputs.length > 0, task);
    for (const line of outputs) assert.doesNotMatch(line, outside, task);
  }
});
