import assert from "node:assert/strict";
import { lockFolder, thisProcess } from "lib/core/mod.ts";
import { listRuns, readRun } from "lib/service/trainings/mod.ts";

async function newRun(
  runs: string,
  name: string,
  summary: object,
): Promise<string> {
  const folder = `${runs}/${name}`;
  await Deno.mkdir(folder);
  await Deno.writeTextFile(
    `${folder}/metrics.jsonl`,
    '{"stage":"vae","step":1,"loss":2}\n',
  );
  await Deno.writeTextFile(`${folder}/summary.json`, JSON.stringify(summary));
  return folder;
}

Deno.test("a run that is held is running, and one that was killed is stopped", async () => {
  const runs = await Deno.makeTempDir();
  const held = await newRun(runs, "held", {
    state: "done",
    stage: "vae",
    step: 5,
    totalSteps: 9,
  });
  await newRun(runs, "killed", { state: "running" });
  await newRun(runs, "done", { state: "finished" });
  await Deno.mkdir(`${runs}/other`);
  const states = async () =>
    Object.fromEntries(
      (await listRuns(runs)).map(({ name, state }) => [name, state]),
    );
  {
    using _lock = lockFolder(held, thisProcess(new Date()));
    assert.deepEqual(await states(), {
      held: "running",
      killed: "stopped",
      done: "finished",
    });
  }
  assert.equal((await states()).held, "done");
  const run = await readRun(runs, "held");
  assert.deepEqual([run?.stage, run?.step, run?.totalSteps], ["vae", 5, 9]);
  assert.equal(await readRun(runs, "other"), undefined);
  assert.equal(await readRun(runs, "../x"), undefined);
  await Deno.remove(runs, { recursive: true });
});

Deno.test("a folder that does not exist has no runs", async () => {
  assert.deepEqual(await listRuns("runs/none-at-all"), []);
});

Deno.test("a damaged run does not hide the others", async () => {
  const runs = await Deno.makeTempDir();
  const folder = await newRun(runs, "bad", {});
  await Deno.writeTextFile(`${folder}/metrics.jsonl`, "no json\n{}\n");
  await Deno.writeTextFile(`${folder}/summary.json`, "[");
  assert.deepEqual((await readRun(runs, "bad"))?.curves, []);
  assert.equal((await listRuns(runs)).length, 1);
  await Deno.remove(runs, { recursive: true });
});
