import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { float32, type NdArray } from "lib/core/mod.ts";
import {
  type KnownPose,
  knownPoses,
  poseError,
  type SpritePoses,
} from "lib/models/decoder/mod.ts";
import { eagerly } from "../_eager.ts";

const pose: KnownPose = { x: 8, y: -4, width: 24, height: 16, turn: 0.5 };

/** How far poses are from known ones of one frame each. */
function errorOf(
  poses: readonly Partial<Record<keyof SpritePoses, number>>[],
  known: NdArray,
): number {
  const column = (name: keyof SpritePoses): NdArray =>
    float32([poses.length, 1], poses.map((one) => one[name] ?? 0));
  const columns = {
    ...{ x: column("x"), y: column("y"), half: column("half") },
    ...{ wide: column("wide"), turn: column("turn") },
    ...{ presence: column("presence"), light: column("light") },
  };
  const { error } = eagerly(
    { columns, known },
    ({ columns, known }) => ({ error: poseError(columns, known) }),
  );
  return error.data[0] as number;
}

/** The pose above, in cells of 16 pixels. */
const right = { x: 0.5, y: -0.25, half: 0.5, wide: 1.5, turn: 0.5 };

Deno.test("knownPoses() are in cells, and mark what nobody knows", () => {
  const behind = { ...pose, width: NaN };
  const { shape, data } = knownPoses([[pose, behind], undefined], {
    frames: 2,
    cell: 16,
  });
  assert.deepEqual(shape, [2, 2, 6]);
  const unknown = [0, 0, 1, 1, 0, 0];
  assert.deepEqual([...data], [
    ...[0.5, -0.25, 0.5, 1.5, 0.5, 1],
    ...unknown,
    ...unknown,
    ...unknown,
  ]);
});

Deno.test("poseError() is in half heights, doublings of e and radians, squared", () => {
  const known = knownPoses([[pose]], { frames: 1, cell: 16 });
  const close = (change: typeof right, wanted: number): void => {
    const found = errorOf([change], known);
    assert.ok(Math.abs(found - wanted) < 1e-5, `${found} ${wanted}`);
  };
  close(right, 0);
  close({ ...right, x: 1.5 }, 4);
  close({ ...right, y: 0 }, 0.25);
  close({ ...right, half: 0.5 * Math.E }, 1);
  close({ ...right, wide: 1.5 / Math.E ** 2 }, 4);
  close({ ...right, turn: 0.5 + Math.PI }, 4);
  close({ ...right, turn: 0.5 + 2 * Math.PI }, 0);
  // No pose at all decides whether a thing is there, or in which light.
  close({ ...right, ...{ presence: 0.3, light: 2 } }, 0);
});

Deno.test("poseError() is the mean over what is known, and 0 where nothing is", () => {
  const known = knownPoses([[pose], undefined, [pose]], {
    frames: 1,
    cell: 16,
  });
  const off = { ...right, x: 1.5 };
  assert.equal(errorOf([right, off, off], known), 2);
  const none = knownPoses([undefined], { frames: 1, cell: 16 });
  assert.equal(errorOf([off], none), 0);
});

Deno.test("poseError() has no gradient where nothing is known", () => {
  const none = knownPoses([undefined], { frames: 1, cell: 16 });
  const { slope } = eagerly(
    { none, at: float32([1, 1], [0.7]) },
    ({ none, at }) => ({
      slope: tf.grad((x: tf.Tensor) =>
        poseError(
          { x, y: at, half: at, wide: at, turn: at, presence: at, light: at },
          none,
        )
      )(at),
    }),
  );
  assert.equal(slope.data[0], 0);
});
