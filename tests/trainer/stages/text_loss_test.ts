import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import {
  disposeState,
  jitWithState,
  lossAndGradients,
  readState,
  uploadState,
} from "lib/compiler/mod.ts";
import { float32, leavesOf, type NdArray, Rng } from "lib/core/mod.ts";
import { layerNorm } from "lib/models/layers/mod.ts";
import { encodeText, initText, tokenisePrompts } from "lib/models/text/mod.ts";
import { PRESETS } from "lib/recipes/presets.ts";
import {
  ADAMW_DEFAULTS,
  initTrainState,
  NO_LIMIT,
  trainStep,
  updateScalars,
} from "lib/trainer/mod.ts";
import {
  alignmentLoss,
  decorrelationLoss,
  initClassifiers,
  textTrainingLoss,
} from "lib/trainer/stages/text_loss.ts";
import { eagerly } from "../../models/_eager.ts";
import { device } from "../_tiny_models.ts";
import { joinedPrompts } from "./_joined_prompts.ts";

const config = { ...PRESETS.tiny.text, maxCharacters: 20, maxWords: 3 };
const ENGLISH = [
  "red circle, left",
  "red circle, right",
  "cat, left",
  "cat, up",
];
const GERMAN = [
  "roter Kreis, links",
  "roter Kreis, rechts",
  "Katze, links",
  "Katze, hoch",
];
const parameters = {
  text: initText(config, new Rng(1)),
  classifiers: initClassifiers(new Rng(2), config, { object: 2, motion: 3 }),
};
const pairs = {
  first: tokenisePrompts(ENGLISH, config),
  second: tokenisePrompts(GERMAN, config),
  same: float32([4, 4], [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]),
  answers: {
    object: float32([4, 2], [1, 0, 1, 0, 0, 1, 0, 1]),
    motion: float32([4, 3], [1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1]),
  },
};

Deno.test("textTrainingLoss() starts as alignment, chance cross-entropy, decorrelation", () => {
  const found = eagerly({ parameters, pairs }, (t) => {
    const { first, second, same } = t.pairs;
    const { tokens } = encodeText(
      t.parameters.text,
      joinedPrompts(first, second),
      config,
    );
    const { loss, metrics } = textTrainingLoss(config)(t.parameters, t.pairs);
    return tf.stack([
      loss,
      alignmentLoss(tokens, same).loss,
      decorrelationLoss(tf.mean(layerNorm(tokens), 1), same),
      metrics.decorrelation,
      metrics.classification!,
    ]);
  });
  const [whole, alignment, decorrelation, told, read] = [...found.data];
  const chance = Math.log(2) + Math.log(3);
  assert.ok(
    Math.abs(whole! - alignment! - chance - 20 * decorrelation!) < 1e-4,
    `${whole} ${alignment} ${decorrelation}`,
  );
  assert.equal(told, decorrelation);
  assert.ok(decorrelation! > 0 && decorrelation! < 1, `${decorrelation}`);
  // All answers alike are none.
  assert.equal(read, 0);
});

Deno.test("classifiers predict captions after 60 updates, in both languages", async () => {
  const state = await uploadState(device, initTrainState(parameters));
  using step = jitWithState(
    trainStep(textTrainingLoss(config) as never, {
      optimiser: ADAMW_DEFAULTS,
      clipNorm: 1,
    }) as never,
    state,
    { device, name: "reading" },
  );
  const reads: number[] = [];
  let loss = Infinity;
  for (let i = 1; i <= 60; i++) {
    const outputs = await step.run({
      batch: pairs,
      scalars: updateScalars(i, 3e-3, NO_LIMIT, ADAMW_DEFAULTS),
    } as never) as Record<string, NdArray>;
    reads.push(outputs.classification!.data[0]!);
    loss = outputs.loss!.data[0]!;
  }
  await readState(state);
  disposeState(state);
  assert.equal(reads.at(-1), 1);
  assert.ok(loss < 0.3, `${loss}`);
});

Deno.test("the classification loss has gradients for classifiers and encoder", () => {
  const largest = eagerly({ parameters, pairs }, (t) => {
    const { gradients } = lossAndGradients(
      (p) => textTrainingLoss(config)(p, t.pairs),
      t.parameters,
    );
    return tf.stack(
      leavesOf(gradients, (x): x is tf.Tensor => x instanceof tf.Tensor)
        .filter(([path]) =>
          /^classifiers.*weight|^text.terms|^text.ngrams/.test(path)
        )
        .map(([, gradient]) => tf.max(tf.abs(gradient))),
    );
  });
  assert.ok(largest.data.length >= 3);
  for (const value of largest.data) assert.ok(value > 0);
});
