import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { float32, type NdArray, type Pose } from "lib/core/mod.ts";
import {
  knownPoses,
  poseError,
  posesWhereKnown,
  type SpritePoses,
} from "lib/models/decoder/mod.ts";
import { eagerly } from "../_eager.ts";

const pose: Pose = {
  ...{ x: 8, y: -4, width: 24, height: 16, turn: 0.5 },
  ...{ presence: 0.75, light: -0.25 },
};

type Numbers = Readonly<Record<keyof SpritePoses, number>>;

/** Poses of one frame each. */
function columnsOf(
  poses: readonly Numbers[],
): Record<keyof SpritePoses, NdArray> {
  const column = (name: keyof SpritePoses): NdArray =>
    float32([poses.length, 1], poses.map((one) => one[name]));
  return {
    ...{ x: column("x"), y: column("y"), half: column("half") },
    ...{ wide: column("wide"), turn: column("turn") },
    ...{ presence: column("presence"), light: column("light") },
  };
}

/** How far poses are from known ones of one frame each. */
function errorOf(poses: readonly Numbers[], known: NdArray): number {
  const { error } = eagerly(
    { columns: columnsOf(poses), known },
    ({ columns, known }) => ({ error: poseError(columns, known) }),
  );
  return error.data[0] as number;
}

/** The pose above, in cells of 16 pixels. */
const right = {
  ...{ x: 0.5, y: -0.25, half: 0.5, wide: 1.5, turn: 0.5 },
  ...{ presence: 0.75, light: -0.25 },
};

Deno.test("knownPoses() are in cells, and mark what nobody knows", () => {
  const behind = { ...pose, width: NaN };
  const { shape, data } = knownPoses([[pose, behind], undefined], {
    frames: 2,
    cell: 16,
  });
  assert.deepEqual(shape, [2, 2, 8]);
  const unknown = [0, 0, 1, 1, 0, 1, 0, 0];
  assert.deepEqual([...data], [
    ...[0.5, -0.25, 0.5, 1.5, 0.5, 0.75, -0.25, 1],
    ...unknown,
    ...unknown,
    ...unknown,
  ]);
});

Deno.test("poseError() is in half heights, doublings of e and radians, squared, tenfold in presence and light", () => {
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
  close({ ...right, presence: 0.25 }, 2.5);
  close({ ...right, light: 1.75 }, 40);
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

Deno.test("posesWhereKnown() keeps a decoder's own where nothing is known", () => {
  const own = { ...right, ...{ x: 3, half: 2, turn: -1 }, presence: 0.5 };
  const { mixed } = eagerly({
    columns: columnsOf([own, own]),
    known: knownPoses([[pose], undefined], { frames: 1, cell: 16 }),
  }, ({ columns, known }) => ({
    mixed: { ...posesWhereKnown(columns, known) },
  }));
  for (const name of Object.keys(right) as (keyof Numbers)[]) {
    assert.deepEqual([...mixed[name].data], [right[name], own[name]], name);
  }
});
