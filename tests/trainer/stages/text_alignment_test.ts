import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import {
  disposeState,
  jitWithState,
  type Loss,
  lossAndGradients,
  readState,
  uploadState,
} from "lib/compiler/mod.ts";
import {
  float32,
  isNdArray,
  leavesOf,
  mapTree,
  type NdArray,
  Rng,
} from "lib/core/mod.ts";
import {
  encodeText,
  initText,
  type TextParameters,
  tokenisePrompts,
} from "lib/models/text/mod.ts";
import type { Tensors } from "lib/models/layers/mod.ts";
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
  type LabelledPairs,
} from "lib/trainer/stages/text_loss.ts";
import { eagerly } from "../../models/_eager.ts";
import { device } from "../_tiny_models.ts";
import { joinedPrompts } from "./_joined_prompts.ts";

const config = { ...PRESETS.tiny.text, maxCharacters: 12, maxWords: 3 };
const parameters = initText(config, new Rng(1));
const ENGLISH = ["red circle", "blue square", "cat", "rocket"];
const GERMAN = ["roter Kreis", "blaues Quadrat", "Katze", "Rakete"];

/** The loss of pairs under an encoder, as a training loop wants it. */
function lossOf(
  parameters: Tensors<TextParameters>,
  { first, second, same }: Omit<LabelledPairs, "answers">,
): Loss<{ accuracy: tf.Tensor }> {
  const { tokens } = encodeText(
    parameters,
    joinedPrompts(first, second),
    config,
  );
  const { loss, accuracy } = alignmentLoss(tokens, same);
  return { loss, metrics: { accuracy } };
}

/** Nothing shows the same but what is on the diagonal. */
function identity(count: number): NdArray<"float32"> {
  return float32(
    [count, count],
    Array.from({ length: count ** 2 }, (_, i) => i % (count + 1) === 0 ? 1 : 0),
  );
}

const pairs = {
  first: tokenisePrompts(ENGLISH, config),
  second: tokenisePrompts(GERMAN, config),
  same: identity(4),
};

/** The loss and the accuracy, eagerly. */
function measure(same = pairs.same): [loss: number, accuracy: number] {
  const found = eagerly({ parameters, ...pairs, same }, (t) => {
    const { loss, metrics } = lossOf(t.parameters, t);
    return tf.stack([loss, metrics.accuracy]);
  });
  return [found.data[0]!, found.data[1]!];
}

/** Directions of all that the encoder says of prompts, in plain numbers. */
function directionsOf(prompts: readonly string[]): number[][] {
  const { data } = eagerly(
    { parameters, prompts: tokenisePrompts(prompts, config) },
    (t) => encodeText(t.parameters, t.prompts, config).tokens,
  );
  const size = data.length / prompts.length;
  return prompts.map((_, i) => {
    const row = [...data.slice(i * size, (i + 1) * size)];
    const length = Math.sqrt(row.reduce((sum, x) => sum + x * x, 0));
    return row.map((x) => x / length);
  });
}

/** CLIP's loss in loops; the pairs listed do not count as different. */
function oracle(ignored: readonly string[] = []): number {
  const [a, b] = [directionsOf(ENGLISH), directionsOf(GERMAN)];
  const score = (i: number, j: number): number =>
    a[i]!.reduce((sum, x, c) => sum + x * b[j]![c]!, 0) / 0.07;
  const counts = (i: number, j: number): boolean =>
    i === j || !ignored.includes(`${i},${j}`);
  let total = 0;
  for (let i = 0; i < 4; i++) {
    const row = [0, 1, 2, 3].filter((j) => counts(i, j));
    const column = [0, 1, 2, 3].filter((j) => counts(j, i));
    const sumOf = (scores: number[]): number =>
      Math.log(scores.reduce((sum, x) => sum + Math.exp(x), 0));
    total += sumOf(row.map((j) => score(i, j))) +
      sumOf(column.map((j) => score(j, i))) - 2 * score(i, i);
  }
  return total / 8;
}

Deno.test("alignmentLoss() is the contrastive loss between two captions of each clip", () => {
  assert.ok(Math.abs(measure()[0] - oracle()) < 1e-3);
});

Deno.test("alignmentLoss() masks clips of the same content", () => {
  const same = identity(4);
  same.data[1] = same.data[4] = 1; // clips 0 and 1
  const left = oracle(["0,1", "1,0"]);
  assert.ok(Math.abs(measure(same)[0] - left) < 1e-3);
  assert.ok(Math.abs(left - oracle()) > 1e-2);
});

Deno.test("alignmentLoss() has a gradient for every parameter of the encoder", () => {
  const still = mapTree(parameters, isNdArray, (array) => ({
    ...array,
    // What starts at zero would hide what comes before it.
    data: array.data.map((x, i) => x || 0.01 * Math.sin(i)),
  }));
  const gradients = eagerly({ still, ...pairs }, (t) => {
    const { gradients } = lossAndGradients(
      (p) => lossOf(p as never, t),
      t.still as never,
    );
    const largest = leavesOf(
      gradients,
      (x): x is tf.Tensor => x instanceof tf.Tensor,
    ).map(([, g]) => tf.max(tf.abs(g)));
    return tf.stack(largest);
  });
  const names = leavesOf(still, isNdArray).map(([name]) => name);
  const dead = names.filter((_, i) => !(gradients.data[i]! > 0));
  // A bias of keys moves all scores of a row alike: softmax does not see it.
  assert.deepEqual(dead.filter((name) => !/bias/.test(name)), []);
});

Deno.test("an encoder learns four pairs and retrieves each", async () => {
  const options = { optimiser: ADAMW_DEFAULTS, clipNorm: 1 };
  const state = await uploadState(device, initTrainState(parameters));
  using step = jitWithState(
    trainStep(lossOf as never, options) as never,
    state,
    { device, name: "alignment" },
  );
  const losses: number[] = [];
  let accuracy = 0;
  for (let i = 1; i <= 60; i++) {
    const outputs = await step.run({
      batch: pairs,
      scalars: updateScalars(i, 3e-3, NO_LIMIT, ADAMW_DEFAULTS),
    } as never) as Record<string, NdArray>;
    losses.push(outputs.loss!.data[0]!);
    accuracy = outputs.accuracy!.data[0]!;
  }
  await readState(state);
  disposeState(state);
  assert.ok(losses[0]! > 0.5, `${losses[0]}`);
  assert.ok(losses.at(-1)! < 0.05, `${losses.at(-1)}`);
  assert.equal(accuracy, 1);
});

Deno.test("decorrelationLoss() is the mean squared cosine of rows of different content", () => {
  const decorrelation = (rows: number[][], same: number[]): number => {
    const count = rows.length / 2;
    const found = eagerly({
      rows: float32([rows.length, rows[0]!.length], rows.flat()),
      same: float32([count, count], same),
    }, ({ rows, same }) => decorrelationLoss(rows, same));
    return found.data[0]!;
  };
  const apart = [1, 0, 0, 1];
  // Whatever the lengths are, and however alike captions of one clip are.
  const crossed = [[1, 0], [0, 2], [3, 0], [0, -1]];
  assert.ok(decorrelation(crossed, apart) < 1e-6);
  const parallel = [[1, 0], [-2, 0], [3, 0], [1, 0]];
  assert.ok(Math.abs(decorrelation(parallel, apart) - 1) < 1e-5);
  // At 45 degrees to each other: a half.
  const slanted = [[1, 0], [1, 1], [1, 0], [1, 1]];
  assert.ok(Math.abs(decorrelation(slanted, apart) - 0.5) < 1e-5);
  // Nothing differs: there is nothing to be unlike.
  assert.equal(decorrelation(slanted, [1, 1, 1, 1]), 0);
});
