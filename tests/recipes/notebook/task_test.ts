import assert from "node:assert/strict";
import { readJsonl } from "lib/formats/jsonl/mod.ts";
import { isCode, readNotebook, sourceOf } from "lib/formats/notebook/mod.ts";
import { startTask } from "../_task_process.ts";
import { writeTinyVae } from "../../trainer/_tiny_vae.ts";

/** A folder with the weights of an untrained VAE, and flags for phase 5. */
async function withFolder(
  use: (folder: string, args: string[]) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const vae = `${folder}/vae.safetensors`;
    await writeTinyVae(vae);
    await use(folder, [
      ...["--preset", "tiny", "--run", `${folder}/run`, "--vae", vae],
      ...["--from", "scratch", "--held-out", "2", "--batch", "2"],
      ...["--languages", "en"],
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** How the run of phase 5 stands, and the knobs that were set. */
async function saved(
  folder: string,
): Promise<{ state: unknown; injected: string; errors: number }> {
  const { cells, metadata } = await readNotebook(
    `${folder}/run/notebook/08_phase5.ipynb`,
  );
  const code = cells.filter(isCode);
  return {
    state: (metadata.aiprod as Record<string, unknown>).state,
    injected: sourceOf(code[1]!),
    errors: code.flatMap(({ outputs }) => outputs)
      .filter(({ output_type }) => output_type === "error").length,
  };
}

Deno.test("a phase resumes its notebook after a stop file, Ctrl-C and kill -9", async (t) => {
  await withFolder(async (folder, args) => {
    const run = `${folder}/run`;
    const long = [...args, "--samples", "64", "--epochs", "200"];
    const steps = async (): Promise<number> =>
      (await readJsonl(`${run}/metrics.jsonl`).catch(() => [])).length;

    await t.step("a file stop ends it with code 0", async () => {
      await using process = startTask("phase5", long);
      await process.until(async () => await steps() >= 2);
      await Deno.writeTextFile(`${run}/stop`, "");
      const { code, stderr } = await process.ended;
      assert.equal(code, 0, stderr);
      assert.match(
        stderr,
        /^Training of "phase5" was stopped at step \d+; it is saved$/m,
      );
      assert.doesNotMatch(stderr, /\bat file:|\.ts:\d/);
      const { state, injected } = await saved(folder);
      assert.equal(state, "stopped");
      // What is no knob travels in `flags`.
      assert.match(injected, /^const out = ".*\/run";$/m);
      assert.match(injected, /^const maxSteps = 0;$/m);
      assert.match(
        injected,
        /^const flags = \["--languages=en","--vae=[^"]*","--from=scratch","--epochs=200","--batch=2","--samples=64"\];$/m,
      );
    });

    await t.step("Ctrl-C ends it with code 130, all saved", async () => {
      const before = await steps();
      await using process = startTask("phase5", long);
      await process.until(async () => await steps() > before + 1);
      // `deno task` sends on what the terminal has sent to both of them.
      process.kill("SIGINT");
      await new Promise((resolve) => setTimeout(resolve, 30));
      process.kill("SIGINT");
      const { code, stderr, stdout } = await process.ended;
      assert.equal(code, 130, stderr);
      assert.match(stderr, /^A run in .* was stopped in code cell \d+:/m);
      assert.match(stderr, /^phase5: [1-9]\d*\//m); // where the file stopped it
      assert.doesNotMatch(stdout, /half-written/);
      assert.equal((await saved(folder)).state, "stopped");
    });

    await t.step("after kill -9 it goes on", async () => {
      const before = await steps();
      {
        await using process = startTask("phase5", long);
        await process.until(async () => await steps() > before + 1);
        process.kill("SIGKILL");
      }
      assert.equal((await saved(folder)).state, "running");
      // The kernel of the killed run still has the folder: it is waited for.
      await using process = startTask("phase5", [...long, "--hours", "1e-9"]);
      const { code, stderr } = await process.ended;
      assert.equal(code, 0, stderr);
      assert.match(stderr, /^A run in .* was killed: all cells run again/m);
      const records = await readJsonl(`${run}/metrics.jsonl`);
      const trained = records.filter(({ loss }) => loss !== undefined)
        .map(({ step }) => step);
      assert.deepEqual(trained, trained.map((_, i) => i + 1));
    });

    await t.step("what a cell refuses is one line, and code 2", async () => {
      await using process = startTask("phase5", [...long, "--seed", "2"]);
      const { code, stderr } = await process.ended;
      assert.equal(code, 2, stderr);
      assert.match(
        stderr,
        /^error: Cannot resume from ".*": seed must be what the run was started with, 1: current value is 2; restore it or choose another run folder$/m,
      );
      assert.doesNotMatch(stderr, /\bat file:|\.ts:\d/);
      assert.deepEqual((await saved(folder)).state, "failed");
    });
  });
});

Deno.test("bad input ends a notebook's task with code 2 before a kernel starts", async () => {
  await withFolder(async (folder, args) => {
    const run = ["--preset", "tiny", "--run", `${folder}/other`];
    const cases: [task: string, args: string[], problem: RegExp][] = [
      ["phase5", [...args, "--bach", "2"], /no flag --bach; did you mean/],
      ["phase5", [...args, "--batch", "0"], /Cannot use --batch: /],
      ["vae", [...run, "--from", "scratch"], /no flag --from/],
      ["evaluate", ["--clips", "1"], /Cannot use --clips: /],
      [
        "evaluate",
        ["--checkpoint", `${folder}/other`, "--out", `${folder}/report`],
        /^error: Cannot .*other/,
      ],
      [
        "phase3",
        [...run, "--vae", `${folder}/vae.safetensors`],
        /^error: Cannot train phase 3 in ".*other": phase 2 must be done: ".*other\/phase2\/end\.safetensors" does not exist; run deno task phase2 --run .*other first, or start from fresh weights with --from scratch\n$/,
      ],
      [
        "phase1",
        run,
        /^error: Cannot train in ".*other": there must be a trained VAE/,
      ],
    ];
    for (const [task, args, problem] of cases) {
      await using process = startTask(task, args);
      const { code, stdout, stderr } = await process.ended;
      assert.deepEqual([code, stdout], [2, ""], stderr);
      assert.match(stderr, problem);
      assert.match(stderr, /^error: [^\n]+\n$/);
    }
    const left = [...Deno.readDirSync(folder)].map(({ name }) => name);
    assert.deepEqual(left, ["vae.safetensors"]);
  });
});

Deno.test("a settings file sets knobs and flags of the notebook; a dry run needs none", async () => {
  await withFolder(async (folder, args) => {
    const config = `${folder}/run.json`;
    await Deno.writeTextFile(config, '{"maxSteps":6,"learningRate":0.002}');
    const given = [...args, "--config", config];
    {
      await using process = startTask("phase5", [...given, "--dry-run"]);
      const { code, stderr } = await process.ended;
      assert.equal(code, 0, stderr);
      assert.match(stderr, /^dry run passed: \d+ lines of metrics$/m);
      assert.deepEqual([...Deno.readDirSync(`${folder}/run`)], []);
    }
    await using process = startTask("phase5", given);
    const { code, stdout, stderr } = await process.ended;
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^done: .*run\/notebook\/08_phase5\.ipynb$/m);
    assert.match(stdout, /^learning rate +0\.002$/m);
    const { state, injected, errors } = await saved(folder);
    assert.deepEqual([state, errors], ["done", 0]);
    assert.match(injected, /^const maxSteps = 6;$/m);
    assert.match(injected, /"--learning-rate=0\.002"/);
  });
});
