import assert from "node:assert/strict";
import { reportObserver } from "lib/trainer/observers/live_report.ts";

/** A folder with metrics of a VAE and a phase, and a sheet of the VAE. */
async function withRun(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const records = [
      { stage: "vae", step: 1, loss: 0.5, gradientNorm: 2, learningRate: 0.1 },
      { stage: "vae", step: 1, heldOutError: 0.01, heldOutPsnr: 20 },
      { stage: "phase1", step: 1200, loss: 1.5, gradientNorm: 3 },
      { stage: "phase1", step: 1200, heldOutLoss: 1.25, heldOut: { "0.5": 1 } },
    ];
    await Deno.writeTextFile(
      `${folder}/metrics.jsonl`,
      records.map((record) => `${JSON.stringify(record)}\n`).join(""),
    );
    await Deno.mkdir(`${folder}/samples`);
    for (const name of ["vae-9.png", "vae-10.png"]) {
      await Deno.writeTextFile(`${folder}/samples/${name}`, name);
    }
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a report has an axis for each quantity, speed and the VAE's pictures", async () => {
  await withRun(async (folder) => {
    let time = 0;
    const observer = reportObserver(
      folder,
      { title: "Training of nano", subtitle: folder, facts: [["Batch", "64"]] },
      { clock: () => time, now: () => new Date(0) },
    );
    const page = () => Deno.readTextFile(`${folder}/report.html`);
    await observer.begin!("phase1", 1000, 21_000);
    assert.match(await page(), /<meta http-equiv="refresh" content="60">/);
    time = 100_000;
    await observer.record!("phase1", { step: 1200 });
    const running = await page();
    assert.match(running, /<dt>Update<\/dt><dd>1,200 of 21,000<\/dd>/);
    assert.match(
      running,
      /<dd>2 updates a second, evaluations included; 2 h 45 min left in this stage<\/dd>/,
    );
    assert.match(running, /<dt>Batch<\/dt><dd>64<\/dd>/);
    const curves = JSON.parse(
      /id="curves">(.*?)<\/script>/s.exec(running)![1]!,
    ) as { title: string; series: { name: string }[] }[];
    assert.deepEqual(
      curves.map(({ title, series }) =>
        `${title.replace(/ \(.*?\)/, "")}: ${series.map(({ name }) => name)}`
      ),
      [
        "vae: loss: training",
        "vae: held-out PSNR (dB): held out",
        "vae: gradient norm: gradient norm",
        "vae: learning rate: learning rate",
        "phase1: loss: training,held out",
        "phase1: gradient norm: gradient norm",
        "phase1: held-out loss by sigma: sigma 0.5",
      ],
    );
    const sheet = new TextEncoder().encode("vae-10.png").toBase64();
    assert.ok(running.includes(`data:image/png;base64,${sheet}`));

    await observer.end!({ state: "done", message: "" });
    assert.doesNotMatch(await page(), /http-equiv="refresh"/);
    const summary = JSON.parse(
      await Deno.readTextFile(`${folder}/summary.json`),
    );
    assert.equal(summary.updatesPerSecond, 2);
    assert.deepEqual(summary.stages.phase1.bestHeldOut, {
      step: 1200,
      score: 1.25,
    });
  });
});
