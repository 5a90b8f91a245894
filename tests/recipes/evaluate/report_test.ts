import assert from "node:assert/strict";
import { Rng } from "lib/core/mod.ts";
import {
  distributionDistance,
  type Evaluation,
  FeatureStatistics,
  seamMotionOf,
} from "lib/evaluation/mod.ts";
import { evaluationHtml, evaluationText } from "lib/recipes/evaluate/mod.ts";

/** Distance of two sets of random features, by the network's name. */
function distance(network: string) {
  const [a, b] = [1, 2].map((seed) => {
    const statistics = new FeatureStatistics({
      network,
      weights: "ab",
      layer: "features",
      dimension: 2,
      frames: 16,
      fps: 8,
      size: "64x64",
      resize: "none",
    });
    const rng = new Rng(seed);
    for (let i = 0; i < 20; i++) statistics.add(rng.normals([2]).data);
    return statistics;
  });
  return distributionDistance(a!, b!, new Rng(0));
}

const half = { correct: 10, total: 20 };
const all = { correct: 20, total: 20 };
const scores = { generated: { object: half }, real: { object: all } };
const quality = { flicker: 0.01, smoothness: 0.9, dynamicDegree: 0.5 };

/** An evaluation with something in every part. */
function evaluation(networks: readonly string[]): Evaluation {
  const objects = { ...scores, reconstructed: { object: half } };
  return {
    model: "runs/a, phase1",
    identity: { sampling: { steps: 30, guidance: 4 } },
    trainedPhase: 1,
    shape: { frames: 16, height: 64, width: 64, fps: 8 },
    seed: 1,
    phases: [{
      phase: 1,
      reconstruction: {
        psnr: 25,
        psnrError: 0.2,
        ssim: 0.8,
        seams: seamMotionOf([2, undefined]),
        clips: 8,
      },
      heldOutLoss: { mean: 0.3, bySigma: { "0.1": 0.2, "0.5": 0.4 }, clips: 8 },
      distances: networks.map(distance),
      adherence: scores,
      temporal: { generated: quality, real: quality },
      seams: {
        generated: seamMotionOf([3, 3, 3, 3.5, 4, 4, 4, undefined]),
        real: seamMotionOf([1, 1, 1, 1, 1, 1.1, undefined, undefined]),
      },
    }],
    prompts: {
      forms: [{
        form: "sentence",
        example: "a red circle moves right",
        scores: { direction: half },
      }],
      real: { direction: all },
      reconstructed: { object: half, direction: all },
      languages: {
        en: { direction: all, hue: all },
        ja: { direction: half, hue: all },
      },
      objects: {
        ...objects,
        byName: { cat: objects },
        nameLoss: { own: 0.25, swapped: 0.5 },
      },
    },
    generated: { clips: 100, seconds: 12.3 },
  };
}

Deno.test("evaluationText() shows each measure beside that of real clips", () => {
  const text = evaluationText(evaluation(["world3d"]));
  const rows = [
    /^runs\/a, phase1: 100 clips, generated in 12 s$/m,
    /^1 +25 +0\.8 +0\.3 +8$/m,
    /^runs\/a, phase1 +1 +FWD +[\d.]+ .* 20 and 20$/m,
    /^phase 1 +50\.0 % \(30-70, n 20\) +- /m,
    /^phase 1, real: the ceiling +100\.0 % \(84-100, n 20\) +- /m,
    /^phase 1, generated .* 3\.50 \(3\.00-4\.00, n 7, 1 left out\)$/m,
    /^phase 1, real .* 1\.00 \(1\.00-1\.10, n 6, 2 left out\)$/m,
    /^phase 1, real, through the VAE .* 2\.00 \(n 1, 1 left out\)$/m,
    /^"a red circle moves right" \.\.\. +- +- +- +50\.0 % \(30-70, n 20\) +- +-$/m,
    // The worst language comes first.
    /^all 2 +87\.5 % \(78-93, n 80\) .*\nja +75\.0 % .*\nen +100\.0 % /m,
    /^cat +50\.0 % .* 100\.0 % .* 50\.0 % /m,
    /^0\.2500 +0\.5000$/m,
  ];
  for (const row of rows) assert.match(text, row);
  const { languages } = evaluation([]).prompts!;
  const many = Object.fromEntries(
    Array.from({ length: 20 }, (_, i) => [`language ${i}`, languages.en!]),
  );
  const long = evaluation(["world3d"]);
  const cut = evaluationText({
    ...long,
    prompts: { ...long.prompts!, languages: many },
  });
  assert.match(cut, /^language 9 .*\nand 10 more in report\.html$/m);
  const [phase] = long.phases;
  const reconstruction = { ...phase!.reconstruction, psnr: null };
  assert.match(
    evaluationText({ ...long, phases: [{ ...phase!, reconstruction }] }),
    /^1 +exact +0\.8 +0\.3 +8$/m,
    "a VAE that changes nothing",
  );
});

Deno.test("evaluationHtml() compares checkpoints, and shows FVD only if computed", async () => {
  const size = 16 * 16 * 3;
  const clip = {
    frames: 2,
    height: 16,
    width: 16,
    fps: 8,
    data: new Float32Array(2 * size).fill(0.5),
  };
  const sample = {
    title: "phase 1",
    prompt: "a cat",
    real: clip,
    generated: clip,
  };
  const one = evaluation(["world3d"]);
  const html = await evaluationHtml([one, one], [sample, sample]);
  assert.match(html, /FWD by checkpoint/);
  assert.match(html, /FWD against the number of clips, phase 1/);
  assert.match(html, /Objects by name/);
  assert.match(html, /under their own names.*0\.2500.*0\.5000/s);
  assert.match(html, /The same by the language of the prompt/);
  assert.match(html, /steps across seams of latent frames \/ inside/);
  assert.match(html, /3\.50 \(3\.00-4\.00, n 7, 1 left out\)/);
  assert.match(html, /1\.00 \(1\.00-1\.10, n 6, 2 left out\)/);
  assert.equal(html.match(/<video /g)?.length, 2);
  assert.doesNotMatch(html, />FVD|"FVD/, "it was not computed");

  const both = await evaluationHtml([evaluation(["world3d", "i3d"])], []);
  assert.match(both, />FVD, phase 1</);
  assert.match(both, /at most 35/);
});
