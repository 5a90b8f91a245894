import assert from "node:assert/strict";
import { InputError } from "lib/core/mod.ts";
import { readJsonl } from "lib/formats/jsonl/mod.ts";
import { readTrainedModels } from "lib/pipeline/mod.ts";
import { readFlags } from "lib/recipes/command_line/mod.ts";
import { trainCommand } from "lib/recipes/train/mod.ts";
import type { Command } from "lib/trainer/mod.ts";
import { startTask, type TaskProcess } from "../_task_process.ts";
import { writeTinyVae } from "../../trainer/_tiny_vae.ts";

/** A folder with the weights of an untrained VAE. */
async function withFolder(
  use: (folder: string, args: string[]) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const vae = `${folder}/vae.safetensors`;
    await writeTinyVae(vae);
    await use(folder, [
      ...["--preset", "tiny", "--run", `${folder}/run`, "--vae", vae],
      ...["--start-phase", "5", "--held-out", "2", "--batch", "2"],
      ...["--samples", "64", "--epochs", "200"],
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A stage in the process of the command itself, as `train` runs them. */
function startStage(stage: string, args: readonly string[]): TaskProcess {
  return startTask("train", args, { word: stage });
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

Deno.test("a run is saved and stopped by file, SIGTERM or time limit, and resumes each time", async (t) => {
  await withFolder(async (folder, args) => {
    const run = `${folder}/run`;
    const lines = async (): Promise<number> =>
      (await readJsonl(`${run}/metrics.jsonl`).catch(() => [])).length;

    await t.step(
      "a file stop ends it with code 0, and is taken away",
      async () => {
        await using process = startStage("phase5", args);
        await process.until(async () => await lines() >= 2);
        await Deno.writeTextFile(`${run}/stop`, "");
        const { code, stderr } = await process.ended;
        assert.equal(code, 0, stderr);
        assert.match(
          stderr,
          /^Training of "phase5" was stopped at step \d+; it is saved$/m,
        );
        assert.equal(await exists(`${run}/stop`), false);
      },
    );

    await t.step("SIGTERM ends it with code 130", async () => {
      const before = await lines();
      await using process = startStage("phase5", args);
      await process.until(async () => await lines() > before + 1);
      process.kill("SIGTERM");
      const { code, stderr } = await process.ended;
      assert.equal(code, 130, stderr);
      // It went on where the file had stopped it.
      assert.match(stderr, /^phase5: [1-9]\d*\//m);
    });

    await t.step("the time it was given ends it with code 0", async () => {
      await using process = startStage("phase5", [...args, "--hours", "1e-9"]);
      const { code, stderr } = await process.ended;
      assert.equal(code, 0, stderr);
      assert.match(stderr, /was stopped at step \d+; it is saved$/m);
      const summary = JSON.parse(
        await Deno.readTextFile(`${run}/summary.json`),
      );
      assert.equal(summary.state, "stopped");
      assert.equal(summary.stage, "phase5");
      assert.ok(summary.stages.phase5.lastLoss > 0);
      const report = await Deno.readTextFile(`${run}/report.html`);
      assert.match(report, /<h1>Training of tiny<\/h1>/);
      assert.match(report, /stopped: Training of/);
      assert.ok(await exists(`${run}/samples/phase5-0.png`));
      assert.ok(await exists(`${run}/machine.jsonl`));
    });

    await t.step(
      "every step stands in the metrics once, in its order",
      async () => {
        const records = await readJsonl(`${run}/metrics.jsonl`);
        const steps = records.filter(({ loss }) => loss !== undefined)
          .map(({ step }) => step);
        assert.deepEqual(steps, steps.map((_, i) => i + 1));
        const [held] = records.filter(({ heldOut }) => heldOut !== undefined);
        assert.equal(held!.step, 0);
        assert.deepEqual(
          Object.keys(held!.heldOut as object),
          ["0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9"],
        );
      },
    );

    await t.step(
      "a changed setting that matters is refused by its name, and not recorded",
      async () => {
        const records = ["config.json", "data.json", "summary.json"];
        const read = () =>
          Promise.all(
            records.map((name) => Deno.readTextFile(`${run}/${name}`)),
          );
        const before = await read();
        await using process = startStage("phase5", [...args, "--seed", "2"]);
        const { code, stderr } = await process.ended;
        assert.equal(code, 2, stderr);
        assert.match(
          stderr,
          /^error: Cannot resume from ".*": seed must be what the run was started with, 1: current value is 2; restore it or choose another run folder$/m,
        );
        assert.deepEqual(await read(), before);
      },
    );

    await t.step(
      "going back to a phase puts aside what it has done",
      async () => {
        await using process = startStage("phase5", [
          ...[...args, "--resume-phase", "5", "--seed", "2"],
          ...["--max-steps", "1"],
        ]);
        const { code, stderr } = await process.ended;
        assert.equal(code, 0, stderr);
        assert.match(
          stderr,
          /^phase5 restarts; its earlier state is in aside-1-phase5$/m,
        );
        assert.ok(await exists(`${run}/aside-1-phase5`));
        const records = await readJsonl(`${run}/metrics.jsonl`);
        assert.deepEqual(records.map(({ step }) => step), [0, 1, 1]);
        const { seed } = JSON.parse(
          await Deno.readTextFile(`${run}/config.json`),
        );
        assert.equal(seed, 2);
      },
    );
  });
});

Deno.test("bad input is refused before a folder is made", async () => {
  await withFolder(async (folder, args) => {
    await Deno.writeTextFile(`${folder}/alerts.json`, '{"webhok":1}');
    const run = ["--preset", "tiny", "--run", `${folder}/other`];
    const cases: [task: Command, args: string[], problem: RegExp][] = [
      [
        "phase2",
        [...run, "--vae", `${folder}/vae.safetensors`],
        /Cannot train phase 2 in ".*other": phase 1 must be done: ".*other\/phase1\/end\.safetensors" does not exist; run deno task phase1 --run .*other first, or start from fresh weights with --from scratch$/m,
      ],
      [
        "phase1",
        run,
        /there must be a trained VAE: ".*other\/vae\.safetensors" does not exist; run deno task vae/,
      ],
      [
        "train",
        [...run, "--from", "scratch"],
        /no flag --from/,
      ],
      [
        "phase2",
        [...run, "--from", "nowhere"],
        /Cannot use --from: must be previous or scratch: current value is "nowhere"/,
      ],
      [
        "phase5",
        [...args, "--languages", "en,tlh"],
        /--languages: must be "all", or some of .*: current value is "en,tlh"/,
      ],
      [
        "phase5",
        [...run, "--finetune", `${folder}/nowhere`],
        /Cannot use --finetune: Cannot find trained models in ".*nowhere"/,
      ],
      [
        "phase5",
        [...run, "--finetune", "checkpoints/nano", "--from", "scratch"],
        /Cannot use --finetune "checkpoints\/nano" with --from scratch/,
      ],
      [
        "vae",
        [...run, "--finetune", "checkpoints/nano"],
        /checkpoints\/nano\/vae\.safetensors": framePatch of the model must be/,
      ],
      [
        "text",
        [...run, "--finetune", "checkpoints/nano"],
        /"checkpoints\/nano": text\..* of the model must be that of the weights/,
      ],
      [
        "phase5",
        [...run, "--shapes", "0.5"],
        /--shapes was removed: .*; leave it out/,
      ],
      [
        "phase5",
        [...args, "--alerts", `${folder}/alerts.json`],
        /Cannot read alerts from ".*alerts\.json": it: Unrecognized key: "webhok"/,
      ],
      [
        "phase5",
        [...args, "--data", `${folder}/nowhere`],
        /Cannot train on ".*nowhere": it must be a folder that deno task ingest wrote/,
      ],
    ];
    for (const [task, args, problem] of cases) {
      const { flags, run } = await trainCommand(task, args);
      await assert.rejects(
        async () => {
          const options = readFlags(flags, args);
          assert.ok(options !== undefined);
          await run(options, new AbortController().signal);
        },
        (error) =>
          error instanceof InputError && !error.message.includes("\n") &&
          problem.test(error.message),
        `${task} ${args.join(" ")}`,
      );
    }
    // What is missing is found out before a folder is made.
    assert.equal(await exists(`${folder}/other`), false);
  });
});

Deno.test("bad input ends a command with one line and code 2", async () => {
  await withFolder(async (_folder, args) => {
    await using process = startStage("phase5", [...args, "--bach", "2"]);
    const { code, stderr } = await process.ended;
    assert.equal(code, 2, stderr);
    assert.match(stderr, /^error: .*no flag --bach; did you mean --batch\?/);
    assert.doesNotMatch(stderr, /\bat file:|\.ts:\d/);
  });
});

Deno.test("a phase from scratch needs a VAE and no earlier phase", async () => {
  await withFolder(async (folder) => {
    await using process = startStage("phase3", [
      ...["--preset", "tiny", "--run", `${folder}/run`, "--from", "scratch"],
      ...["--vae", `${folder}/vae.safetensors`, "--held-out", "2"],
      ...["--batch", "2", "--max-steps", "1"],
    ]);
    const { code, stderr } = await process.ended;
    assert.equal(code, 0, stderr);
    assert.ok(await exists(`${folder}/run/phase3.safetensors`));
    assert.equal(await exists(`${folder}/run/phase2`), false);
  });
});

Deno.test("a finished stage trains further from its last checkpoint", async () => {
  await withFolder(async (folder) => {
    const run = `${folder}/run`;
    const trained = async (maxSteps: number) => {
      await using process = startStage("phase3", [
        ...["--preset", "tiny", "--run", run, "--from", "scratch"],
        ...["--vae", `${folder}/vae.safetensors`, "--held-out", "2"],
        ...["--batch", "2", "--max-steps", `${maxSteps}`],
      ]);
      return await process.ended;
    };
    const steps = async (): Promise<unknown[]> =>
      (await readJsonl(`${run}/metrics.jsonl`))
        .filter(({ loss }) => loss !== undefined).map(({ step }) => step);
    assert.equal((await trained(2)).code, 0);
    assert.deepEqual(await steps(), [1, 2]);
    const longer = await trained(4);
    assert.equal(longer.code, 0, longer.stderr);
    assert.match(
      longer.stderr,
      /^phase3 was done after 2 updates and goes on to 4: the learning rate follows the new total/m,
    );
    assert.deepEqual(await steps(), [1, 2, 3, 4]);
    assert.equal((await readTrainedModels(run)).facts.diffusion.step, 4);
    const shorter = await trained(3);
    assert.equal(shorter.code, 2, shorter.stderr);
    assert.match(
      shorter.stderr,
      /: maxSteps must be .*, 4: current value is 3;/,
    );
  });
});

Deno.test("a phase finetunes weights, and the run is complete without them", async () => {
  await withFolder(async (folder) => {
    const short = ["--preset", "tiny", "--held-out", "2", "--batch", "2"];
    await using first = startStage("phase3", [
      ...[...short, "--run", `${folder}/run`, "--from", "scratch"],
      ...["--vae", `${folder}/vae.safetensors`, "--max-steps", "3"],
    ]);
    assert.equal((await first.ended).code, 0, (await first.ended).stderr);
    await using second = startStage("phase3", [
      ...[...short, "--run", `${folder}/tuned`, "--max-steps", "1"],
      ...["--finetune", `${folder}/run`],
    ]);
    const { code, stderr } = await second.ended;
    assert.equal(code, 0, stderr);
    const losses = async (run: string): Promise<number[]> =>
      (await readJsonl(`${folder}/${run}/metrics.jsonl`)).flatMap((record) =>
        (record as { heldOutLoss?: number }).heldOutLoss ?? []
      );
    const [before, after] = [await losses("run"), await losses("tuned")];
    assert.notEqual(before[0], before.at(-1));
    assert.equal(after[0], before.at(-1), "it begins where the other ended");
    await readTrainedModels(`${folder}/tuned`);

    await using other = startStage("phase3", [
      ...[...short, "--run", `${folder}/other`, "--max-steps", "1"],
      ...["--finetune", "checkpoints/nano"],
    ]);
    const refused = await other.ended;
    assert.equal(refused.code, 2, refused.stderr);
    assert.match(
      refused.stderr,
      /checkpoints\/nano\/vae\.safetensors.*framePatch/,
    );

    await using all = startStage("train", [
      ...[...short, "--run", `${folder}/all`, "--max-steps", "1"],
      ...["--start-phase", "5", "--finetune", `${folder}/run`],
    ]);
    assert.equal((await all.ended).code, 0, (await all.ended).stderr);
    assert.equal(await exists(`${folder}/all/text`), false);
    await readTrainedModels(`${folder}/all`);
  });
});

Deno.test("a dry run logs the resources of a run and leaves no files", async () => {
  await withFolder(async (folder, args) => {
    await using process = startStage("phase5", [...args, "--dry-run"]);
    const { code, stderr } = await process.ended;
    assert.equal(code, 0, stderr);
    assert.match(
      stderr,
      /^phase5 \(refinement, a mix of all\): \d+ updates, state [\d.]+ MB, latents [\d.]+ kB, [\d.e-]+ s an update, [\d a-z]+$/m,
    );
    assert.match(stderr, /^all updates: [\d a-z]+; clips, latents and /m);
    assert.match(
      stderr,
      /^disk: about [\d.]+ MB, and 67\.1 MB that stay free, of [\d.]+ GB available$/m,
    );
    assert.deepEqual([...Deno.readDirSync(`${folder}/run`)], []);
  });
});
