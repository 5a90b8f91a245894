import assert from "node:assert/strict";
import { InputError, silentProgress } from "lib/core/mod.ts";
import { demoScene, renderScene } from "lib/dataset/synthetic/mod.ts";
import { writeMp4 } from "lib/dataset/encode/mod.ts";
import { readJsonl } from "lib/formats/jsonl/mod.ts";
import { readFlags } from "lib/recipes/command_line/mod.ts";
import { openDemo } from "lib/recipes/demo/open.ts";
import { demoFlags } from "lib/recipes/demo/options.ts";
import { demoPlan } from "lib/recipes/demo/plan.ts";
import { startDemo } from "./_demo_process.ts";

const plan = demoPlan("tiny");
const VAE_STEPS = plan.vae.schedule.totalSteps;
const STEPS = VAE_STEPS + plan.diffusion.schedule.totalSteps;

/** Lines of metrics so far. */
async function linesIn(folder: string): Promise<number> {
  const text = await Deno.readTextFile(`${folder}/metrics.jsonl`)
    .catch(() => "");
  return text.split("\n").length - 1;
}

async function namesIn(folder: string): Promise<string[]> {
  const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  return names.filter((name) => name !== ".lock").sort();
}

async function withFolder(
  use: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a demo stopped and killed goes on, and leaves what an unbroken run leaves", async (t) => {
  await withFolder(async (folder) => {
    // One video for both runs: encoders do not give the same pictures twice.
    const video = `${folder}/sunset.mp4`;
    await writeMp4(video, await renderScene(demoScene, plan.clip));
    const args = (run: string): string[] => {
      const out = `${folder}/${run}`;
      return ["--preset", "tiny", "--video", video, "--out", out];
    };

    await t.step(
      "an unbroken run leaves every file it promises, and fails the gate",
      async () => {
        await using demo = startDemo(args("whole"));
        const { code, stdout, stderr } = await demo.ended;
        assert.equal(code, 1, stderr); // tiny proves only that everything runs
        assert.equal(stdout, "");
        assert.match(stderr, /^FAILED {2}The VAE keeps the clip: /m);
        assert.match(stderr, /^FAILED {2}Its caption draws it from noise: /m);
        assert.match(stderr, /^passed {2}Another caption does not: /m);
        assert.deepEqual(await namesIn(`${folder}/whole`), [
          "contact_sheet.png",
          "diffusion.safetensors",
          "metrics.jsonl",
          "original.mp4",
          "other.mp4",
          "reconstruction.mp4",
          "report.html",
          "report.json",
          "sample.mp4",
          "vae.safetensors",
        ]);
        const report = JSON.parse(
          await Deno.readTextFile(`${folder}/whole/report.json`),
        );
        assert.equal(report.device, "cpu");
        assert.deepEqual(report.steps, {
          vae: VAE_STEPS,
          diffusion: STEPS - VAE_STEPS,
        });
        assert.equal(report.passed, false);
        for (
          const field of [
            "vaePsnr",
            "samplePsnr",
            "otherCaptionPsnr",
            "noisePsnr",
          ]
        ) {
          assert.ok(report[field] > 0 && report[field] < 30, field);
        }
        const { vae, diffusion, total } = report.seconds;
        assert.ok(vae > 0 && diffusion > 0 && total === vae + diffusion);
        assert.ok(report.parameters.vae > 1000);
        assert.ok(report.parameters.diffusion > 1000);
      },
    );

    await t.step("Ctrl-C saves and exits with 130", async () => {
      await using demo = startDemo(args("broken"));
      await demo.until(async () => await linesIn(`${folder}/broken`) > 0);
      demo.kill("SIGINT");
      const { code, stderr } = await demo.ended;
      assert.equal(code, 130, stderr);
      assert.match(stderr, /^Stopping after this step; press Ctrl-C again /m);
      const [, stage, step] =
        /^Training of "(vae|diffusion)" was stopped at step (\d+); it is saved$/m
          .exec(stderr)!;
      const before = stage === "vae" ? 0 : VAE_STEPS;
      assert.equal(await linesIn(`${folder}/broken`), before + Number(step));
    });

    await t.step(
      "a kill loses at most what came after the last checkpoint",
      async () => {
        await using demo = startDemo(args("broken"));
        // Beyond the checkpoint at the end of the first stage.
        await demo.until(async () =>
          await linesIn(`${folder}/broken`) >= VAE_STEPS + 1
        );
        demo.kill("SIGKILL");
        const { signal, stderr } = await demo.ended;
        assert.equal(signal, "SIGKILL", stderr);
        // It went on where Ctrl-C had stopped it.
        assert.match(stderr, /^vae: [1-9]\d*\//m);
      },
    );

    await t.step(
      "the next run goes on to the same end, no step twice",
      async () => {
        await using demo = startDemo(args("broken"));
        const { code, stderr } = await demo.ended;
        assert.equal(code, 1, stderr);
        const lines = await readJsonl(`${folder}/broken/metrics.jsonl`);
        assert.deepEqual(
          lines.map(({ stage, step }) => `${stage} ${step}`),
          Array.from(
            { length: STEPS },
            (_, i) =>
              i < VAE_STEPS ? `vae ${i + 1}` : `diffusion ${i + 1 - VAE_STEPS}`,
          ),
        );
        const [whole, broken] = await Promise.all(
          ["whole", "broken"].map(async (run) => {
            const [report, metrics] = await Promise.all(
              ["report.json", "metrics.jsonl"].map((file) =>
                Deno.readTextFile(`${folder}/${run}/${file}`)
              ),
            );
            const { seconds: _, ...facts } = JSON.parse(report!);
            return { facts, metrics };
          }),
        );
        assert.deepEqual(broken, whole);
      },
    );

    await t.step(
      "a run of something else is refused in the same folder",
      async () => {
        await using demo = startDemo([...args("broken"), "--caption", "a dog"]);
        const { code, stderr } = await demo.ended;
        assert.equal(code, 2, stderr);
        assert.match(
          stderr,
          /^error: Cannot resume from ".*vae\.safetensors": caption must be what the run was started with, ".*": current value is "a dog"; restore it or choose another run folder\n$/,
        );
      },
    );
  });
});

Deno.test("bad input to the demo is refused and leaves nothing behind", async () => {
  await withFolder(async (folder) => {
    await Deno.mkdir(`${folder}/videos`);
    await Deno.writeTextFile(
      `${folder}/notes.mp4`,
      "this is a shopping list\n",
    );
    await Deno.writeTextFile(`${folder}/empty.mp4`, "");
    const training = `${folder}/training`;
    await Deno.mkdir(training);
    for (const name of ["config.json", "metrics.jsonl"]) {
      await Deno.writeTextFile(`${training}/${name}`, "{}\n");
    }
    await writeMp4(
      `${folder}/short.mp4`,
      await renderScene(demoScene, {
        frames: 4,
        height: 64,
        width: 64,
        fps: 8,
      }),
    );
    const before = await namesIn(folder);
    const out = ["--out", `${folder}/run`];
    const video = (name: string) => [...out, "--video", `${folder}/${name}`];
    const cases: [args: string[], problem: RegExp][] = [
      [video("missing.mp4"), /Cannot read ".*missing\.mp4": .*exist/],
      [
        video("videos"),
        /Cannot read ".*videos": it must be a file: it is a folder/,
      ],
      [
        video("notes.mp4"),
        /Cannot decode ".*notes\.mp4": the file must hold a video: .*text/,
      ],
      [
        video("empty.mp4"),
        /Cannot read ".*empty\.mp4": the file must hold a video: it is empty/,
      ],
      [video("short.mp4"), /".*short\.mp4".*16 frames/],
      [
        ["--out", `${folder}/notes.mp4`],
        /Cannot use ".*notes\.mp4": it must be a folder that may be written: /,
      ],
      [
        ["--out", `${folder}/notes.mp4/run`],
        /Cannot use ".*run": it must be a folder that may be written: /,
      ],
      [[...out, "--video", ""], /Cannot use --video: must not be empty/],
      [
        ["--out", training],
        /Cannot use ".*training": it must be a new folder or that of a demo: its config\.json is that of a training; choose another with --out$/,
      ],
    ];
    for (const [args, problem] of cases) {
      await assert.rejects(
        async () => {
          const options = readFlags(demoFlags, args);
          assert.ok(options !== undefined);
          using _demo = await openDemo(options, {
            progress: silentProgress,
            signal: new AbortController().signal,
          });
        },
        (error) =>
          error instanceof InputError && !error.message.includes("\n") &&
          problem.test(error.message),
        args.join(" "),
      );
    }
    assert.deepEqual(await namesIn(folder), before);
    assert.deepEqual(await namesIn(training), ["config.json", "metrics.jsonl"]);
    assert.equal(await Deno.readTextFile(`${training}/metrics.jsonl`), "{}\n");
  });
});

Deno.test("bad input ends the demo with one line and code 2", async () => {
  await withFolder(async (folder) => {
    const locked = `${folder}/locked`;
    await Deno.mkdir(locked);
    const cases: [args: string[], problem: RegExp, denied?: string[]][] = [
      [
        ["--out", locked],
        /Cannot use ".*locked": it must be a folder that may be written: /,
        [`--deny-write=${locked}`],
      ],
      [
        ["--out", `${locked}/run`],
        /Cannot use ".*run": it must be a folder that may be written: /,
        [`--deny-write=${locked}`],
      ],
      [
        ["--out", `${folder}/run`, "--prest", "tiny"],
        /there is no flag --prest; did you mean --preset\?/,
      ],
    ];
    for (const [args, problem, denied] of cases) {
      await using demo = startDemo(args, denied);
      const { code, stdout, stderr } = await demo.ended;
      assert.equal(code, 2, stderr);
      assert.equal(stdout, "");
      assert.match(stderr, /^error: [^\n]+\n$/);
      assert.match(stderr, problem);
      assert.doesNotMatch(stderr, /\bat file:|\.ts:\d/);
    }
    assert.deepEqual(await namesIn(folder), ["locked"]);
    assert.deepEqual(await namesIn(locked), []);
  });
});

Deno.test("--help prints the flags and exits with 0", async () => {
  await using demo = startDemo(["--help"]);
  const { code, stdout, stderr } = await demo.ended;
  assert.deepEqual([code, stderr], [0, ""]);
  assert.match(stdout, /^Usage: deno task demo \[flags\]$/m);
  assert.match(stdout, /^ {2}--preset .*\(one of tiny, nano; default nano\)$/m);
});
