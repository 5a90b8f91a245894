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
