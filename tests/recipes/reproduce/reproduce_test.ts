import assert from "node:assert/strict";
import { commandsOf } from "lib/recipes/reproduce/recipe.ts";
import { reproduce } from "lib/recipes/reproduce/reproduce.ts";
import { temporaryFolder } from "../../dataset/_video_fixture.ts";
import { startTask } from "../_task_process.ts";

const recipe = {
  inputs: { clips: "videos of a car" },
  commands: [
    ["ingest", "{clips}", "--caption-template", "on the {place}"],
    ["vae", "--run", "{run}", "--samples", "10", "--max-steps", "100"],
    ["text", "--run", "{run}", "--samples", "10"],
    ["pack", "--run", "{run}", "--out", "{out}"],
  ],
};
const folders = { run: "r", out: "o", clips: "c" };

Deno.test("commandsOf() fills in folders and scales the length of trainings", () => {
  assert.deepEqual(commandsOf(recipe, { folders, fraction: 0.02 }), [
    ["ingest", "c", "--caption-template", "on the {place}"],
    ["vae", "--run", "r", "--samples", "10", "--max-steps", "2"],
    ["text", "--run", "r", "--samples", "1"],
    ["pack", "--run", "r", "--out", "o"],
  ]);
});

Deno.test("commandsOf() asks for its inputs, and refuses others", () => {
  const { clips: _, ...without } = folders;
  assert.throws(() => commandsOf(recipe, { folders: without, fraction: 1 }), {
    name: "InputError",
    message: 'Cannot reproduce the model: its commands read "clips": videos ' +
      "of a car: no folder is given; pass --input clips=FOLDER",
  });
  assert.throws(
    () =>
      commandsOf(recipe, { folders: { ...folders, sea: "s" }, fraction: 1 }),
    {
      name: "InputError",
      message: 'Cannot use --input "sea": the commands must read it: they ' +
        "read clips; leave it out",
    },
  );
});

/** Runs commands with given exit codes; returns those that were started. */
async function started(
  run: string,
  commands: readonly string[][],
  codes: number[],
): Promise<string[]> {
  const begun: string[] = [];
  await reproduce(commands, run, {
    run: (command) => {
      begun.push(command.join(" "));
      return Promise.resolve(codes.shift() ?? 0);
    },
    log: () => {},
    signal: new AbortController().signal,
  }).catch((error) => begun.push(error.name));
  return begun;
}

Deno.test("reproduce() goes on with the first command that is not done", async () => {
  await using folder = await temporaryFolder();
  const run = folder.file("run");
  const commands = [["a"], ["b", "two words"], ["c"]];
  assert.deepEqual(await started(run, commands, [0, 1]), [
    "a",
    "b two words",
    "RunFailedError",
  ]);
  assert.deepEqual(await started(run, commands, [130]), [
    "b two words",
    "StoppedError",
  ]);
  assert.deepEqual(await started(run, commands, []), ["b two words", "c"]);
  assert.deepEqual(await started(run, commands, []), []);
  assert.deepEqual(await started(run, [["x"]], []), ["InputError"]);
});

Deno.test("deno task reproduce prints commands, and says what is missing", async () => {
  await using folder = await temporaryFolder();
  const card = folder.file("model");
  await Deno.mkdir(card);
  await Deno.writeTextFile(`${card}/reproduce.json`, JSON.stringify(recipe));
  await using run = startTask("reproduce", [
    card,
    "--input",
    "clips=c",
    "--run",
    "r",
    "--dry-run",
  ]);
  const { code, stdout, stderr } = await run.ended;
  assert.equal(code, 0, stderr);
  assert.match(
    stdout,
    /^deno task ingest c --caption-template 'on the \{place\}'\n/,
  );
  assert.match(stdout, /--run r --out r\/packed\n$/);
  await using other = startTask("reproduce", ["none"]);
  const found = await other.ended;
  assert.equal(found.code, 2);
  assert.match(found.stderr, /"checkpoints\/none\/reproduce.json" must hold/);
});
