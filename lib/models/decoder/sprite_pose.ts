import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../../core/mod.ts";
import {
  initLinear,
  initNorm,
  linear,
  type LinearParameters,
  type NormParameters,
  rmsNorm,
  silu,
  type Tensors,
} from "../layers/mod.ts";
import { constant } from "./_constant.ts";

/** What finds a sprite's place in coarse cells. */
export interface PoseParameters {
  readonly norm: NormParameters;
  /** `[C,C]`. */
  readonly look: LinearParameters;
  /** `[C,1+9F]`: how much a cell knows of the thing, and a pose in each of its F frames. */
  readonly say: LinearParameters;
  /** `[E,9]`: what the prompt adds to all of them, such as a turn. */
  readonly ask: LinearParameters;
}

/** Where a sprite is: of each frame of each clip, `[B T,1]` each. */
export interface SpritePoses {
  /** Of its middle from that of the picture, to the right and down, in cells. */
  readonly x: tf.Tensor;
  readonly y: tf.Tensor;
  /** Half its height, in cells. */
  readonly half: tf.Tensor;
  /** How many times as wide as high it is, before it is turned. */
  readonly wide: tf.Tensor;
  /** Clockwise, in radians. */
  readonly turn: tf.Tensor;
  /** In [0,1]. */
  readonly presence: tf.Tensor;
  /** How much brighter than usual it is; below 0: darker. */
  readonly light: tf.Tensor;
}

/** What a sprite's place is found in. */
export interface PoseInputs {
  /** `[B,t,h,w,C]`. */
  readonly cells: tf.Tensor;
  /** The whole prompt, of `pooledText`, `[B,E]`. */
  readonly gist: tf.Tensor;
  /** Of the latent's frames, from the middle of the clip, `[B,t]`. */
  readonly seconds: tf.Tensor;
}

/** What a sprite needs to know of the decoder around it. */
export interface SpriteSurroundings {
  /** Channels of a coarse cell. */
  readonly cellWidth: number;
  /** Of what the prompt calls to mind. */
  readonly textWidth: number;
  /** Frames of a coarse cell. */
  readonly frames: number;
}

/** Numbers of a pose: place, size, width, turn, spin, presence, light and growth. */
const NUMBERS = 9;
/** Half the height of a sprite before training, in cells. */
const HALF = 0.8;
/** Before a sigmoid: a sprite that was never trained is there. */
const PRESENT = 3;

/**
 * Makes what finds a sprite in coarse cells, under a prompt.
 *
 * @example
 * ```ts
 * import { initPose } from "lib/models/decoder/mod.ts";
 * import { Rng } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const { say } = initPose(new Rng(0), { cellWidth: 32, textWidth: 24, frames: 4 });
 * assert.deepEqual(say.weight.shape, [32, 37]);
 * ```
 */
export function initPose(
  rng: Rng,
  { cellWidth, textWidth, frames }: SpriteSurroundings,
): PoseParameters {
  return {
    norm: initNorm(cellWidth),
    look: initLinear(rng.fork("look"), cellWidth, cellWidth),
    say: initLinear(rng.fork("say"), cellWidth, 1 + NUMBERS * frames, 0.1),
    ask: initLinear(rng.fork("ask"), textWidth, NUMBERS, 0.1),
  };
}

/**
 * Where a sprite is, `[B,t,h,w,C] ->` poses of `B t F` frames: each cell says
 * it from where it lies itself, and is heard as much as it knows; the prompt adds
 * to that. What spins is upright half-way through a clip, what grows has its size
 * there.
 *
 * @example
 * ```ts
 * import "lib/compiler/eager.ts";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { tensorsOf } from "lib/compiler/mod.ts";
 * import { initPose, spritePoses } from "lib/models/decoder/mod.ts";
 * import { Rng } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const pose = tensorsOf(initPose(new Rng(0), { cellWidth: 32, textWidth: 24, frames: 4 }));
 * const { turn } = spritePoses(pose, {
 *   cells: tf.ones([1, 2, 3, 3, 32]),
 *   gist: tf.ones([1, 24]),
 *   seconds: tf.tensor2d([[-0.25, 0.25]]),
 * });
 * assert.deepEqual(turn.shape, [8, 1]); // of eight frames
 * ```
 */
export function spritePoses(
  { norm, look, say, ask }: Tensors<PoseParameters>,
  { cells, gist, seconds }: PoseInputs,
): SpritePoses {
  const [B, t, h, w] = cells.shape as [number, number, number, number];
  const said = linear(say, silu(linear(look, rmsNorm(norm, cells))));
  const frames = (said.shape.at(-1)! - 1) / NUMBERS;
  const [knows, says] = tf.split(
    tf.reshape(said, [B * t, h * w, 1 + frames * NUMBERS]),
    [1, frames * NUMBERS],
    -1,
  ) as [tf.Tensor, tf.Tensor];
  const heard = tf.softmax(tf.reshape(knows, [B * t, h * w]));
  const middles = constant(
    [h * w, 2],
    Array.from({ length: h * w }, (_, i) => [
      i % w - (w - 1) / 2,
      Math.floor(i / w) - (h - 1) / 2,
    ]).flat(),
  );
  const from = tf.reshape(tf.matMul(heard, middles), [B * t, 1, 2]);
  const mean = tf.matMul(tf.reshape(heard, [B * t, 1, h * w]), says);
  const numbers = tf.add(
    tf.reshape(mean, [B, t * frames, NUMBERS]),
    tf.reshape(linear(ask, gist), [B, 1, NUMBERS]),
  );
  const [way, ...rest] = tf.split(
    tf.reshape(numbers, [B * t, frames, NUMBERS]),
    [2, ...new Array<number>(NUMBERS - 2).fill(1)],
    -1,
  ) as [tf.Tensor, ...tf.Tensor[]];
  const N = B * t * frames;
  const [x, y] = tf.split(tf.reshape(tf.add(from, way), [N, 2]), 2, -1) as [
    tf.Tensor,
    tf.Tensor,
  ];
  const [size, width, turn, spin, presence, light, growth] = rest.map((one) =>
    tf.reshape(one, [N, 1])
  ) as [
    ...[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor],
    tf.Tensor,
  ];
  const since = tf.reshape(
    tf.tile(tf.reshape(seconds, [B * t, 1]), [1, frames]),
    [N, 1],
  );
  return {
    x,
    y,
    half: tf.mul(tf.exp(tf.add(size, tf.mul(growth, since))), HALF),
    wide: tf.exp(width),
    turn: tf.add(turn, tf.mul(spin, since)),
    presence: tf.sigmoid(tf.add(presence, PRESENT)),
    light,
  };
}
