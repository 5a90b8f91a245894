import * as tf from "@tensorflow/tfjs-core";
import { CHANNELS, float32, type Rng } from "../../core/mod.ts";
import {
  initLinear,
  linear,
  type LinearParameters,
  type Tensors,
} from "../layers/mod.ts";
import { constant } from "./_constant.ts";
import type { DecoderConfig } from "./config.ts";
import {
  initPose,
  type PoseParameters,
  type SpritePoses,
  type SpriteSurroundings,
} from "./sprite_pose.ts";

/** The size of a sprite. */
export type SpriteConfig = NonNullable<DecoderConfig["sprite"]>;

/**
 * One picture of the thing that a prompt names, for a whole clip, and where it
 * is in each frame.
 */
export interface SpriteParameters {
  /** `[E,R]`: how much of each picture a prompt calls for. */
  readonly mix: LinearParameters;
  /** `[R,4 S S]`: the pictures, upon a mean; colours have their alpha in them. */
  readonly pictures: LinearParameters;
  /** Where it is. */
  readonly pose: PoseParameters;
}

/** Alpha, and the colours. */
const PLANES = 1 + CHANNELS;
/** How far from its middle a turned sprite reaches, in half sides: its corners do. */
const REACH = 1.4;
/** Alpha in the middle of a sprite that was never trained. */
const FAINT = 0.3;

/**
 * Makes a sprite: grey, faint, round, in the middle of the picture.
 *
 * @example
 * ```ts
 * import { initSprite } from "lib/models/decoder/mod.ts";
 * import { Rng } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const around = { cellWidth: 32, textWidth: 24, frames: 4 };
 * const { pictures } = initSprite(new Rng(0), { side: 8, pictures: 5 }, around);
 * assert.deepEqual(pictures.weight.shape, [5, 256]);
 * ```
 */
export function initSprite(
  rng: Rng,
  { side, pictures }: SpriteConfig,
  around: SpriteSurroundings,
): SpriteParameters {
  const { weight } = initLinear(
    rng.fork("pictures"),
    pictures,
    side * side * PLANES,
    0.1,
  );
  return {
    mix: initLinear(rng.fork("mix"), around.textWidth, pictures),
    pictures: { weight, bias: float32([side * side * PLANES], faint(side)) },
    pose: initPose(rng.fork("pose"), around),
  };
}

/** A grey spot that fades, rows of planes: `[S,4,S]`. */
function faint(side: number): number[] {
  const at = (i: number): number => (2 * i / (side - 1) - 1) ** 2;
  return Array.from({ length: side * PLANES * side }, (_, i) => {
    const [row, rest] = [Math.floor(i / (PLANES * side)), i % (PLANES * side)];
    const alpha = FAINT * Math.exp(-2 * (at(row) + at(rest % side)));
    return rest < side ? alpha : alpha / 2;
  });
}

/** A picture to be laid over another. */
export interface Overlay {
  /** `[B,T,H,W,1]`: about 0 where what is behind is seen, 1 where it is not. */
  readonly alpha: tf.Tensor;
  /** `[B,T,H,W,3]`, alpha in it. */
  readonly colour: tf.Tensor;
}

/**
 * Draws the thing that a prompt names: one picture for all frames, turned,
 * sized and set down by a spatial transformer (Jaderberg et al. 2015, arXiv
 * 1506.02025), an axis at a time.
 *
 * @param told `[B,E]`: what the prompt calls to mind.
 * @param poses Of `B T` frames.
 * @param shape `[B,T,H,W,...]`, of the clips that it is laid over.
 * @param cell Pixels along the side of a cell.
 *
 * @example
 * ```ts
 * import "lib/compiler/eager.ts";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { tensorsOf } from "lib/compiler/mod.ts";
 * import { drawSprite, initSprite, spritePoses } from "lib/models/decoder/mod.ts";
 * import { Rng } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const config = { side: 8, pictures: 5 };
 * const sprite = tensorsOf(initSprite(new Rng(0), config, { cellWidth: 32, textWidth: 24, frames: 4 }));
 * const { alpha, colour } = drawSprite(sprite, {
 *   told: tf.ones([1, 24]),
 *   poses: spritePoses(sprite.pose, {
 *     cells: tf.ones([1, 2, 3, 3, 32]),
 *     gist: tf.ones([1, 24]),
 *     seconds: tf.zeros([1, 2]),
 *   }),
 *   shape: [1, 8, 48, 48, 3],
 *   cell: 16,
 * });
 * assert.deepEqual([alpha.shape, colour.shape], [[1, 8, 48, 48, 1], [1, 8, 48, 48, 3]]);
 * ```
 */
export function drawSprite(
  p: Tensors<SpriteParameters>,
  { told, poses, shape, cell }: {
    readonly told: tf.Tensor;
    readonly poses: SpritePoses;
    readonly shape: readonly number[];
    readonly cell: number;
  },
): Overlay {
  const [B, T, H, W] = shape as [number, number, number, number];
  const N = B * T;
  const { x, y, half, wide, turn, presence, light } = poses;
  const side = Math.sqrt(p.pictures.bias.size / PLANES);
  const sprite = tf.reshape(linear(p.pictures, linear(p.mix, told)), [
    ...[B, side, PLANES * side],
  ]);

  // Turned, on a finer square that holds its corners.
  const points = 1 + Math.round(REACH * (side - 1));
  const turned = turn2d(sprite, turn, { points, T });

  // Set down, the rows first, then the columns.
  const halfWide = tf.mul(half, wide);
  const rows = tf.mul(
    tents(inSprite(pixels(H, cell), y, half, points), points),
    tf.reshape(presence, [N, 1, 1]),
  );
  const columns = tents(
    inSprite(pixels(W, cell), x, halfWide, points),
    points,
  );
  const down = tf.matMul(rows, turned); // [N,H,4 Q]
  const across = tf.matMul(
    tf.reshape(down, [N, H * PLANES, points]),
    columns,
    false,
    true,
  );
  const drawn = tf.transpose(tf.reshape(across, [N, H, PLANES, W]), [
    ...[0, 1, 3, 2],
  ]);
  const [alpha, colour] = tf.split(drawn, [1, CHANNELS], -1) as [
    tf.Tensor,
    tf.Tensor,
  ];
  const lit = tf.mul(colour, tf.reshape(tf.add(light, 1), [N, 1, 1, 1]));
  return {
    alpha: tf.reshape(alpha, [B, T, H, W, 1]),
    colour: tf.reshape(lit, [B, T, H, W, CHANNELS]),
  };
}

/** `[B,S,4 S]` and angles `[N,1] -> [N,Q,4 Q]`. */
function turn2d(
  sprite: tf.Tensor,
  turn: tf.Tensor,
  { points, T }: { readonly points: number; readonly T: number },
): tf.Tensor {
  const [B, side] = sprite.shape as [number, number, number];
  const N = B * T;
  const along = Array.from(
    { length: points },
    (_, i) => REACH * (2 * i / (points - 1) - 1),
  );
  const right = constant([1, points * points], along.flatMap(() => along));
  const down = constant(
    [1, points * points],
    along.flatMap((v) => along.map(() => v)),
  );
  const [cosine, sine] = [tf.cos(turn), tf.sin(turn)];
  const u = tf.add(tf.mul(cosine, right), tf.mul(sine, down));
  const v = tf.sub(tf.mul(cosine, down), tf.mul(sine, right)); // [N,Q Q]
  const node = (x: tf.Tensor): tf.Tensor =>
    tf.mul(tf.add(x, 1), (side - 1) / 2);
  const read = tf.matMul(
    tf.reshape(tents(node(v), side), [B, T * points * points, side]),
    sprite,
  ); // [B,T Q Q,4 S]
  const weighed = tf.mul(
    tf.reshape(read, [N * points * points, PLANES, side]),
    tf.reshape(tents(node(u), side), [N * points * points, 1, side]),
  );
  const planes = tf.reshape(tf.sum(weighed, -1), [N, points, points, PLANES]);
  return tf.reshape(tf.transpose(planes, [0, 1, 3, 2]), [
    ...[N, points, PLANES * points],
  ]);
}

/**
 * A picture over what is behind it, `[B,T,H,W,3]`.
 *
 * @example
 * ```ts
 * import "lib/compiler/eager.ts";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { laidOver } from "lib/models/decoder/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const [behind, alpha, colour] = [1, 0.75, 0.5].map((value) => tf.fill([1, 1, 1, 1, 1], value));
 * assert.equal(laidOver(behind!, { alpha: alpha!, colour: colour! }).dataSync()[0], 0.75);
 * ```
 */
export function laidOver(
  behind: tf.Tensor,
  { alpha, colour }: Overlay,
): tf.Tensor {
  return tf.add(tf.mul(behind, tf.sub(1, alpha)), colour);
}

/** Middles of pixels from the middle of the picture, in cells: `[1,size]`. */
function pixels(size: number, cell: number): tf.Tensor {
  return constant(
    [1, size],
    Array.from({ length: size }, (_, i) => (i + 0.5 - size / 2) / cell),
  );
}

/** Which of a turned sprite's points, counted from 0, lies at each pixel: `[N,size]`. */
function inSprite(
  place: tf.Tensor,
  centre: tf.Tensor,
  half: tf.Tensor,
  points: number,
): tf.Tensor {
  const inHalves = tf.div(tf.sub(place, centre), half);
  return tf.mul(
    tf.add(tf.div(inHalves, REACH), 1),
    (points - 1) / 2,
  );
}

/**
 * How much each of some points, counted from 0, has of what lies at a place
 * between them: `[N,P] -> [N,P,count]`; nothing beyond the last.
 */
function tents(place: tf.Tensor, count: number): tf.Tensor {
  const [N, P] = place.shape as [number, number];
  const index = constant(
    [1, 1, count],
    Array.from({ length: count }, (_, i) => i),
  );
  const apart = tf.abs(tf.sub(tf.reshape(place, [N, P, 1]), index));
  return tf.relu(tf.sub(1, apart));
}
