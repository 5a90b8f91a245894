import assert from "node:assert/strict";
import { lockFolder, thisProcess } from "lib/core/mod.ts";
import { comparedRuns, comparisonPage } from "lib/recipes/runs/compare.ts";
import { csvOf } from "lib/recipes/runs/csv.ts";
import { findRuns } from "lib/recipes/runs/find_runs.ts";
import { runTask } from "../_task_process.ts";

/** Writes the files of a run that was stopped. */
async function writeRun(
  path: string,
  { learningRate, loss }: { learningRate: number; loss: number },
): Promise<void> {
  await Deno.mkdir(`${path}/samples`, { recursive: true });
  await Deno.mkdir(`${path}/vae`);
  const records = [
    { stage: "vae", step: 10, loss: 0.2 },
    { stage: "vae", step: 10, heldOutError: 0.01, heldOutPsnr: 20 },
    { stage: "phase1", step: 7, loss },
    { stage: "phase1", step: 7, heldOutLoss: loss + 1 },
  ];
  const files = {
    "metrics.jsonl": records.map((one) => `${JSON.stringify(one)}\n`).join(""),
    "config.json": JSON.stringify({
      name: "nano",
      plans: { phase1: { learningRate } },
    }),
    "vae/done.json": JSON.stringify({ steps: 10, metricsBytes: 90 }),
    "summary.json": JSON.stringify({
      state: "failed",
      stage: "phase1",
      step: 7,
      totalSteps: 20,
      stages: { vae: { bestHeldOut: { step: 10, score: 0.01 } } },
    }),
    "samples/phase1-7.png": path,
  };
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${path}/${name}`, text);
  }
}

async function withRuns(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await writeRun(`${folder}/a`, { learningRate: 1e-3, loss: 2 });
    await writeRun(`${folder}/deep/b`, { learningRate: 1e-4, loss: 1.5 });
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("runs are listed with stages done, best scores, disk and state", async () => {
  await withRuns(async (folder) => {
    using _lock = lockFolder(`${folder}/a`, thisProcess(new Date(0)));
    const runs = await findRuns(folder);
    const found = Object.fromEntries(runs.map((run) => [run.path, run]));
    const a = found[`${folder}/a`]!;
    assert.equal(a.state, "running");
    assert.equal(a.preset, "nano");
    assert.deepEqual(a.done, ["vae"]);
    assert.deepEqual(a.best, { vae: "20.0 dB" });
    assert.deepEqual([a.step, a.totalSteps], [7, 20]);
    assert.ok(a.disk > 300 && a.disk < 2000, `${a.disk} bytes`);
    assert.equal(found[`${folder}/deep/b`]!.state, "failed");
  });
});

Deno.test("demos and packed models are listed as what they are", async () => {
  await withRuns(async (folder) => {
    const files = {
      "demo/report.json": JSON.stringify({ passed: true }),
      "packed/diffusion.safetensors": "",
      "other/vae.safetensors": "",
    };
    for (const [path, text] of Object.entries(files)) {
      const [name] = path.split("/");
      await Deno.mkdir(`${folder}/${name}`);
      await Deno.writeTextFile(`${folder}/${name}/metrics.jsonl`, "");
      await Deno.writeTextFile(`${folder}/${path}`, text);
    }
    const states = Object.fromEntries(
      (await findRuns(folder)).map(({ name, state }) => [name, state]),
    );
    assert.deepEqual(states, {
      a: "failed",
      b: "failed",
      demo: "demo: passed",
      packed: "weights: packed",
      other: "unknown",
    });
  });
});

Deno.test("a comparison has the settings that differ, the scores, and a page", async () => {
  await withRuns(async (folder) => {
    const runs = [`${folder}/a`, `${folder}/deep/b`];
    const compared = await comparedRuns(runs);
    assert.deepEqual(compared.settings, [
      { name: "plans.phase1.learningRate", values: ["0.001", "0.0001"] },
    ]);
    assert.deepEqual(
      compared.scores.map(({ name, values }) => `${name}: ${values}`),
      [
        "vae: updates: 10,10",
        "vae: last loss: 0.2000,0.2000",
        "vae: last held-out PSNR: 20.00 dB,20.00 dB",
        "vae: best held-out PSNR: 20.00 dB,20.00 dB",
        "phase1: updates: 7,7",
        "phase1: last loss: 2.000,1.500",
        "phase1: last held-out loss: 3.000,2.500",
        "phase1: best held-out loss: 3.000,2.500",
      ],
    );
    const page = await comparisonPage(compared);
    const curves = JSON.parse(/id="curves">(.*?)<\/script>/s.exec(page)![1]!);
    assert.deepEqual(
      curves.map(({ yLabel, series }: {
        yLabel: string;
        series: { name: string }[];
      }) => [yLabel, series.map(({ name }) => name)]),
      ["loss", "held-out PSNR (dB)", "loss", "held-out loss"]
        .map((label) => [label, runs]),
    );
    for (const run of runs) {
      const url = `data:image/png;base64,${
        new TextEncoder().encode(run).toBase64()
      }`;
      assert.ok(page.includes(url), `the samples of ${run}`);
    }
  });
});

Deno.test("metrics as CSV quote what needs it", () => {
  assert.equal(
    csvOf([{ step: 1, skipped: 'a "b", c' }, { step: 2, of: { x: [1, 2] } }]),
    'step,skipped,of.x\r\n1,"a ""b"", c",\r\n2,,"[1,2]"\r\n',
  );
});

Deno.test("csvOf() gives losses by noise level a column for each sigma", () => {
  assert.equal(
    csvOf([{ step: 1, bySigma: [null, 2, ...new Array(7).fill(null), 3] }]),
    `step,${
      Array.from({ length: 10 }, (_, i) => `bySigma.0.${i}`)
    }\r\n1,,2,,,,,,,,3\r\n`,
  );
});

Deno.test("a comparison has stages in order, and data as text", async () => {
  await withRuns(async (folder) => {
    const [a, b] = [`${folder}/a`, `${folder}/deep/b`];
    await Deno.writeTextFile(
      `${b}/metrics.jsonl`,
      ["vae", "text", "phase1"].map((stage) =>
        `${JSON.stringify({ stage, step: 1, loss: 1 })}\n`
      ).join(""),
    );
    const data = [{ path: "data/mine", weight: 1 }];
    await Deno.writeTextFile(`${a}/config.json`, JSON.stringify({ data }));
    await Deno.writeTextFile(`${b}/config.json`, JSON.stringify({ data: [] }));
    const { settings, scores } = await comparedRuns([a, b]);
    assert.deepEqual(settings, [
      { name: "data", values: ["data/mine (weight 1)", "none"] },
    ]);
    assert.deepEqual(
      [...new Set(scores.map(({ name }) => name.split(":")[0]))],
      ["vae", "text", "phase1"],
    );
  });
});

Deno.test("deno task runs lists, compares and exports, and replaces nothing", async () => {
  await withRuns(async (folder) => {
    const runs = (...args: string[]) =>
      runTask("runs", ...args, "--folder", folder);
    const listed = await runs();
    assert.equal(listed.code, 0, listed.stderr);
    assert.match(listed.stdout, /^run +state +preset +stages done/);
    assert.match(listed.stdout, /deep\/b +failed +nano +vae +phase1 7\/20/);
    for (const page of ["compare_01.html", "compare_02.html"]) {
      const { code, stderr } = await runs("compare", "a", `${folder}/deep/b`);
      assert.equal(code, 0, stderr);
      assert.equal(stderr, `page: ${folder}/${page}\n`);
    }
    const out = `${folder}/a.csv`;
    assert.equal((await runs("export", "a", "--out", out)).code, 0);
    const again = await runs("export", "a", "--out", out);
    assert.equal(again.code, 2);
    assert.match(
      again.stderr,
      /^error: Cannot write ".*a\.csv": it must not exist/,
    );
    const none = await runs("export", "c");
    assert.match(none.stderr, /there is no metrics\.jsonl/);
  });
});
