import * as tf from "@tensorflow/tfjs-core";
import { float32, type NdArray, type Pose } from "../../core/mod.ts";
import type { SpritePoses } from "./sprite_pose.ts";

/**
 * Weight of how a thing is seen beside where it is: a thing a little out of its
 * place looks as it should, one a little too dark does not.
 */
const LOOK_WEIGHT = 10;

/**
 * Poses to learn from: `[B,T,8]`, x, y, half height, width to height, turn,
 * presence and light, as in {@link SpritePoses}, and 1 where they are known, 0
 * elsewhere.
 *
 * @param clips Of each clip, its frames' poses, or undefined.
 * @param cell Pixels along the side of a cell.
 *
 * @example
 * ```ts
 * import { knownPoses } from "lib/models/decoder/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const pose = { x: 8, y: 0, width: 16, height: 32, turn: 0, presence: 1, light: -0.5 };
 * const { shape, data } = knownPoses([[pose], undefined], { frames: 1, cell: 16 });
 * assert.deepEqual(shape, [2, 1, 8]);
 * assert.deepEqual([...data], [0.5, 0, 1, 0.5, 0, 1, -0.5, 1, 0, 0, 1, 1, 0, 1, 0, 0]);
 * ```
 */
export function knownPoses(
  clips: readonly (readonly Pose[] | undefined)[],
  { frames, cell }: { readonly frames: number; readonly cell: number },
): NdArray<"float32"> {
  const unknown = [0, 0, 1, 1, 0, 1, 0, 0];
  const values = clips.flatMap((poses) =>
    Array.from({ length: frames }, (_, i) => {
      const pose = poses?.[i];
      if (!pose) return unknown;
      const { x, y, width, height, turn, presence, light } = pose;
      const known = [
        x / cell,
        y / cell,
        height / 2 / cell,
        width / height,
        turn,
        presence,
        light,
        1,
      ];
      return known.every(Number.isFinite) ? known : unknown;
    }).flat()
  );
  return float32([clips.length, frames, unknown.length], values);
}

/** `[B,T,8]` to columns, `[B T,1]` each. */
function columnsOf(
  known: tf.Tensor,
): SpritePoses & { readonly isKnown: tf.Tensor } {
  const numbers = known.shape.at(-1)!;
  const [x, y, half, wide, turn, presence, light, isKnown] = tf.split(
    tf.reshape(known, [known.size / numbers, numbers]),
    numbers,
    -1,
  ) as [
    ...[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor],
    ...[tf.Tensor, tf.Tensor],
  ];
  return { x, y, half, wide, turn, presence, light, isKnown };
}

/**
 * Poses, but known ones where they are known.
 *
 * @param known `[B,T,8]`, of {@link knownPoses}.
 *
 * @example
 * ```ts
 * import "lib/compiler/eager.ts";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { tensorsOf } from "lib/compiler/mod.ts";
 * import { knownPoses, posesWhereKnown } from "lib/models/decoder/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const one = tf.ones([1, 1]);
 * const poses = { x: one, y: one, half: one, wide: one, turn: one, presence: one, light: one };
 * const pose = { x: 8, y: 0, width: 16, height: 32, turn: 0, presence: 1, light: 0 };
 * const known = tensorsOf(knownPoses([[pose]], { frames: 1, cell: 16 }));
 * assert.equal(posesWhereKnown(poses, known).x.dataSync()[0], 0.5);
 * ```
 */
export function posesWhereKnown(
  poses: SpritePoses,
  known: tf.Tensor,
): SpritePoses {
  const { isKnown, ...theirs } = columnsOf(known);
  const mixed = (name: keyof SpritePoses): tf.Tensor => {
    const own = poses[name];
    return tf.add(own, tf.mul(isKnown, tf.sub(theirs[name], own)));
  };
  return {
    x: mixed("x"),
    y: mixed("y"),
    half: mixed("half"),
    wide: mixed("wide"),
    turn: mixed("turn"),
    presence: mixed("presence"),
    light: mixed("light"),
  };
}

/**
 * How far poses are from known ones, in half heights of the thing, doublings
 * and radians, squared, and ten times so in presence and light; the mean over
 * all frames of which they are known.
 *
 * @param known `[B,T,8]`, of {@link knownPoses}.
 *
 * @example
 * ```ts
 * import "lib/compiler/eager.ts";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { tensorsOf } from "lib/compiler/mod.ts";
 * import { knownPoses, poseError } from "lib/models/decoder/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const [zero, one] = [tf.zeros([1, 1]), tf.ones([1, 1])];
 * const poses = { x: one, y: zero, half: one, wide: one, turn: zero, presence: one, light: zero };
 * const pose = { x: 0, y: 0, width: 32, height: 32, turn: 0, presence: 1, light: 0 };
 * const known = tensorsOf(knownPoses([[pose]], { frames: 1, cell: 16 }));
 * assert.equal(poseError(poses, known).dataSync()[0], 1); // half its height to the right
 * ```
 */
export function poseError(poses: SpritePoses, known: tf.Tensor): tf.Tensor {
  const { isKnown, ...theirs } = columnsOf(known);
  const { half } = theirs;
  const apart = (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
    tf.square(tf.div(tf.sub(a, b), half));
  const doublings = (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
    tf.square(tf.log(tf.div(a, b)));
  const look = (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
    tf.mul(tf.squaredDifference(a, b), LOOK_WEIGHT);
  const errors = [
    apart(poses.x, theirs.x),
    apart(poses.y, theirs.y),
    doublings(poses.half, half),
    doublings(poses.wide, theirs.wide),
    // As the square of the angle where it is small; whole turns are none.
    tf.mul(tf.sub(1, tf.cos(tf.sub(poses.turn, theirs.turn))), 2),
    look(poses.presence, theirs.presence),
    look(poses.light, theirs.light),
  ];
  const sum = errors.reduce((a, b) => tf.add(a, b));
  return tf.div(
    tf.sum(tf.mul(sum, isKnown)),
    tf.maximum(tf.sum(isKnown), 1),
  );
}
