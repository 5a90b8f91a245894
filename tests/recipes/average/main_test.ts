import assert from "node:assert/strict";
import { runTask } from "../_task_process.ts";

Deno.test("deno task average takes the last phase of a run, and refuses models without one", async () => {
  const shipped = await runTask("average", "--run", "checkpoints/nano");
  assert.equal(shipped.code, 2);
  assert.equal(
    shipped.stderr,
    'error: Cannot average "checkpoints/nano": it must be a run in which a ' +
      "phase is done: it has no phase1.safetensors; train it, or name another " +
      "folder with --run\n",
  );
  const run = await Deno.makeTempDir();
  try {
    for (const stage of ["phase1", "phase3"]) {
      await Deno.writeTextFile(`${run}/${stage}.safetensors`, "no weights");
    }
    const last = await runTask("average", "--run", run);
    assert.match(last.stderr, /phase3\.safetensors/);
    const other = await runTask("average", "--run", run, "--phase", "2");
    assert.match(other.stderr, /in which phase 2 is done: it has no phase2\./);
  } finally {
    await Deno.remove(run, { recursive: true });
  }
});
