import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { lossAndGradients } from "lib/compiler/mod.ts";
import { scalar } from "lib/core/mod.ts";
import {
  betaOf,
  calibrationLoss,
  initKlWeightLogit,
  initVae,
  vaeLoss,
} from "lib/models/vae/mod.ts";
import { isNdArray, leavesOf, Rng } from "lib/core/mod.ts";
import { eagerly, random } from "../_eager.ts";
import { discs, vaeConfig } from "../_learners.ts";

const bounds = { initial: 0.1, min: 1e-4, max: 1 };

function betaAt(klWeightLogit: number): number {
  return eagerly(
    { klWeightLogit: scalar(klWeightLogit) },
    ({ klWeightLogit }) => betaOf(klWeightLogit, bounds),
  ).data[0]!;
}

Deno.test("beta starts at its initial value and stays within its bounds", () => {
  const initial = betaAt(initKlWeightLogit(bounds).data[0]!);
  assert.ok(Math.abs(initial / bounds.initial - 1) < 1e-5);
  let last = 0;
  for (const klWeightLogit of [-1e9, -5, 0, 5, 1e9]) {
    const beta = betaAt(klWeightLogit);
    assert.ok(beta >= bounds.min * 0.9999 && beta <= bounds.max * 1.0001);
    assert.ok(beta > last, "beta rises with the logit");
    last = beta;
  }
});

Deno.test("the calibration is least where beta is twice the error times the ratio", () => {
  const [error, ratio] = [0.02, 1 / 12];
  const at = (beta: number): number =>
    eagerly(
      { beta: scalar(beta), error: scalar(error) },
      ({ beta, error }) => calibrationLoss(beta, error, ratio),
    ).data[0]!;
  const best = 2 * error * ratio;
  assert.ok(Math.abs(at(best)) < 1e-9);
  for (const factor of [0.5, 0.9, 1.1, 2]) assert.ok(at(factor * best) > 1e-7);
});

Deno.test("learning beta changes no gradient but its own", () => {
  const vae = initVae(vaeConfig, new Rng(3));
  const gradientsOf = (fixed?: number) =>
    eagerly(
      {
        vae,
        clip: discs(4, 16, 16),
        noise: random("noise", [1, 1, 1, 1, vaeConfig.latentChannels]),
      },
      ({ vae, clip, noise }) =>
        lossAndGradients((vae) => {
          const { loss } = vaeLoss(vae, clip, noise, vaeConfig, fixed);
          return { loss, metrics: {} };
        }, vae).gradients,
    );
  const learned = leavesOf(gradientsOf(), isNdArray);
  const fixed = new Map(
    leavesOf(gradientsOf(vaeConfig.beta.initial), isNdArray),
  );
  for (const [path, { data }] of learned) {
    const other = fixed.get(path)!.data;
    if (path === "klWeightLogit") {
      // The error is far above the start: beta is to grow.
      assert.ok(data[0]! < 0 && other[0] === 0, `${data[0]} and ${other[0]}`);
      continue;
    }
    data.forEach((value, i) =>
      assert.ok(Math.abs(value - other[i]!) < 1e-6, `${path}[${i}]`)
    );
  }
});

Deno.test("a scalar tensor serves as a schedule of beta", () => {
  const vae = initVae(vaeConfig, new Rng(3));
  const given = {
    vae,
    clip: discs(4, 16, 16),
    noise: random("noise", [1, 1, 1, 1, vaeConfig.latentChannels]),
    beta: scalar(0.5),
  };
  const { loss, reconstruction, kl } = eagerly(
    given,
    ({ vae, clip, noise, beta }) => ({
      ...vaeLoss(vae, clip, noise, vaeConfig, beta as tf.Scalar),
    }),
  );
  const wanted = reconstruction.data[0]! + 0.5 * kl.data[0]!;
  assert.ok(Math.abs(loss.data[0]! - wanted) < 1e-6);
});
