import assert from "node:assert/strict";
import { float32, Rng } from "lib/core/mod.ts";
import {
  addNoise,
  flowLoss,
  sampleTimesteps,
  velocityOf,
} from "lib/models/diffusion/mod.ts";
import {
  assertClose,
  eagerly,
  filled,
  random,
  sumOf,
  valueAt,
} from "../_eager.ts";

const data = random("data", [3, 2, 4]);
const noise = random("noise", [3, 2, 4]);

Deno.test("addNoise() goes from the data to the noise in a straight line", () => {
  const sigma = float32([3], [0, 1, 0.25]);
  const y = eagerly(
    { data, noise, sigma },
    ({ data, noise, sigma }) => addNoise(data, noise, sigma),
  );
  const weights = [[1, 0], [0, 1], [0.75, 0.25]];
  assertClose(
    y,
    filled([3, 2, 4], (b, i, j) =>
      weights[b]![0]! * valueAt(data, b, i, j) +
      weights[b]![1]! * valueAt(noise, b, i, j)),
    1e-6,
  );
});

Deno.test("velocityOf() is the derivative of addNoise() by sigma", () => {
  const y = eagerly(
    { data, noise },
    ({ data, noise }) => velocityOf(data, noise),
  );
  assertClose(
    y,
    filled(
      [3, 2, 4],
      (b, i, j) => valueAt(noise, b, i, j) - valueAt(data, b, i, j),
    ),
    1e-6,
  );
});

Deno.test("flowLoss() is the mean squared error of each sample", () => {
  const y = eagerly(
    { data, noise },
    ({ data, noise }) => flowLoss(data, noise),
  );
  assertClose(
    y,
    filled(
      [3],
      (b) =>
        sumOf(
          2,
          (i) =>
            sumOf(4, (j) =>
              (valueAt(data, b, i, j) - valueAt(noise, b, i, j)) ** 2),
        ) / 8,
    ),
    1e-5,
  );
});

Deno.test("sampleTimesteps() draws from the logit-normal distribution", () => {
  const sigmas = [...sampleTimesteps(new Rng(1), 20_000).data];
  assert.ok(sigmas.every((sigma) => sigma > 0 && sigma < 1));
  // The normal distribution below x, at the logit of the sigma.
  const below: [sigma: number, share: number][] = [
    [1 / (1 + Math.exp(2)), 0.02275],
    [1 / (1 + Math.exp(1)), 0.15866],
    [0.5, 0.5],
    [1 / (1 + Math.exp(-1)), 0.84134],
    [1 / (1 + Math.exp(-2)), 0.97725],
  ];
  for (const [sigma, share] of below) {
    const found = sigmas.filter((x) => x < sigma).length / sigmas.length;
    // Four deviations of a share of 20,000 draws.
    const margin = 4 * Math.sqrt(share * (1 - share) / sigmas.length);
    assert.ok(Math.abs(found - share) < margin, `${found} below ${sigma}`);
  }
});

Deno.test("sampleTimesteps() shifts what it draws towards noise", () => {
  const plain = sampleTimesteps(new Rng(1), 100).data;
  const shifted = sampleTimesteps(new Rng(1), 100, 3).data;
  shifted.forEach((sigma, i) => {
    const odds = plain[i]! / (1 - plain[i]!);
    assert.ok(Math.abs(sigma - 3 * odds / (1 + 3 * odds)) < 1e-6);
  });
});
