import assert from "node:assert/strict";
import type * as tf from "@tensorflow/tfjs-core";
import { jit } from "lib/compiler/mod.ts";
import type { NdArray } from "lib/core/mod.ts";
import { pureTransformer } from "lib/models/backbone/mod.ts";
import type { Tensors } from "lib/models/layers/mod.ts";
import { decode, encode, type VaeParameters } from "lib/models/vae/mod.ts";
import { decodeTiled, type TileCoder } from "lib/pipeline/mod.ts";
import { PRESETS } from "lib/recipes/presets.ts";
import { device } from "./_device.ts";
import {
  backboneLearner,
  discs,
  learn,
  textLearner,
  vaeConfig,
  vaeLearner,
} from "./_learners.ts";

/** Compiles one way through a trained VAE. */
function coderOf(
  vae: VaeParameters,
  fn: (p: Tensors<VaeParameters>, x: tf.Tensor) => tf.Tensor,
): { code: TileCoder } & Disposable {
  const compiled = jit(
    (given: { vae: Tensors<VaeParameters>; x: tf.Tensor }) => ({
      y: fn(given.vae, given.x),
    }),
    { device, name: "coder" },
  );
  return {
    async code(x) {
      const { y } = await compiled.run({ vae, x } as never);
      return y as NdArray<"float32">;
    },
    [Symbol.dispose]: () => compiled[Symbol.dispose](),
  };
}

/** Largest difference of two clips, in all and at least 48 pixels from a column. */
function differences(
  a: NdArray,
  b: NdArray,
  column: number,
): { all: number; away: number } {
  const [, , , W, C] = a.shape as [number, number, number, number, number];
  let [all, away] = [0, 0];
  a.data.forEach((value, i) => {
    const difference = Math.abs(value - b.data[i]!);
    all = Math.max(all, difference);
    const x = Math.floor(i / C) % W;
    if (Math.abs(x - column) >= 48) away = Math.max(away, difference);
  });
  return { all, away };
}

Deno.test("the VideoVAE overfits a clip", async (t) => {
  const { history, parameters: vae } = await learn(
    vaeLearner(),
    { steps: 200, rate: 5e-3 },
  );
  const [first, last] = [history[0]!, history.at(-1)!];
  assert.ok(last.reconstruction! < 0.005, `${last.reconstruction}`);
  assert.ok(last.reconstruction! < first.reconstruction! / 50);

  await t.step("its beta follows the error down, within bounds", () => {
    const { initial, min, max } = PRESETS.tiny.vae.beta;
    assert.ok(Math.abs(first.beta! / initial - 1) < 1e-4);
    assert.ok(last.beta! < initial / 2, `${last.beta}`);
    for (const { beta } of history) assert.ok(beta! > min && beta! < max);
  });

  using encoder = coderOf(vae, (p, x) => encode(p, x, vaeConfig).mean);
  using decoder = coderOf(vae, (p, x) => decode(p, x, vaeConfig));
  const latent = await encoder.code(discs(12, 64, 512));
  const whole = await decoder.code(latent);
  const decodedIn = (width: number, overlap: number) =>
    decodeTiled(latent, decoder.code, vaeConfig, () => ({
      tile: { frames: 3, height: 4, width },
      overlap: { frames: 0, height: 0, width: overlap },
    }));

  await t.step("overlaps of 6 cells leave no seam", async () => {
    const { all } = differences(await decodedIn(12, 6), whole, 0);
    assert.ok(all < 1e-3, `${all}`);
  });

  await t.step(
    "without an overlap there is one, and nothing far from it",
    async () => {
      // Two tiles of 16 cells meet at pixel 256.
      const { all, away } = differences(await decodedIn(16, 0), whole, 256);
      assert.ok(all > 0.05, `${all}`);
      assert.ok(away < 1e-3, `${away}`);
    },
  );
});

Deno.test("the text encoder overfits four prompts", async () => {
  const { history } = await learn(textLearner(), { steps: 150, rate: 1e-2 });
  const [first, last] = [history[0]!.loss!, history.at(-1)!.loss!];
  assert.ok(last < first / 100, `${first} to ${last}`);
});

Deno.test("the hybrid backbone overfits two latents", async () => {
  const { history } = await learn(backboneLearner(), {
    steps: 150,
    rate: 1e-2,
  });
  const [first, last] = [history[0]!.loss!, history.at(-1)!.loss!];
  assert.ok(last < first / 100, `${first} to ${last}`);
});

Deno.test("the pure Transformer overfits two latents", async () => {
  const config = pureTransformer(PRESETS.tiny.backbone);
  const { history } = await learn(backboneLearner(config), {
    steps: 150,
    rate: 1e-2,
  });
  const [first, last] = [history[0]!.loss!, history.at(-1)!.loss!];
  assert.ok(last < first / 100, `${first} to ${last}`);
});
