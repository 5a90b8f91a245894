import assert from "node:assert/strict";
import {
  type BucketLimits,
  chooseShapes,
  cropShare,
} from "lib/dataset/batches/mod.ts";
import type { Playable } from "lib/dataset/batches/choose_shapes.ts";

const FREE = { size: false, frames: false, fps: false };

function limitsOf(changes: Partial<BucketLimits> = {}): BucketLimits {
  return {
    aim: { frames: 16, height: 64, width: 64, fps: 8 },
    exact: FREE,
    stride: { space: 16, time: 4 },
    most: 4,
    ...changes,
  };
}

function video(
  width: number,
  height: number,
  seconds = 10,
  fps = 25,
): Playable {
  return { width, height, seconds, fps, pictures: Math.round(seconds * fps) };
}

/** The shape of one video: `frames x height x width @ fps`. */
function shapeOf(one: Playable, limits = limitsOf()): string | undefined {
  const [shape] = chooseShapes([one], limits).shapeOf;
  return shape &&
    `${shape.frames}x${shape.height}x${shape.width}@${shape.fps}`;
}

Deno.test("chooseShapes() keeps the aspect at about the usual area", () => {
  assert.equal(shapeOf(video(640, 640)), "16x64x64@8");
  assert.equal(shapeOf(video(160, 120)), "16x48x64@8");
  assert.equal(shapeOf(video(1280, 720)), "16x64x112@8");
  assert.equal(shapeOf(video(720, 1280)), "16x112x64@8");
  for (
    const [width, height] of [[1000, 1], [1, 1000], [333, 777], [1920, 800]]
  ) {
    const [shape] = chooseShapes([video(width!, height!)], limitsOf()).shapeOf;
    if (shape) {
      assert.ok(
        cropShare({ width: width!, height: height! }, shape) <= 0.12,
      );
    }
  }
});

Deno.test("chooseShapes() samples short shots faster, then takes fewer frames", () => {
  // 32 frames at 20 fps last 1.6 s: 16 frames at 10 fps need 1.5 s and a frame.
  assert.equal(shapeOf(video(64, 64, 1.6, 20)), "16x64x64@10");
  assert.equal(shapeOf(video(64, 64, 1.6, 8)), "12x64x64@8");
  assert.equal(shapeOf(video(64, 64, 0.5, 25)), "8x64x64@16");
  assert.equal(shapeOf(video(64, 64, 0.1, 25)), undefined);
  assert.equal(
    shapeOf({ ...video(64, 64, 0.04, 25), pictures: 1 }),
    "4x64x64@8",
  );
});

Deno.test("chooseShapes() keeps exactly what is named", () => {
  const exact = { size: true, frames: true, fps: true };
  assert.equal(shapeOf(video(1280, 720), limitsOf({ exact })), "16x64x64@8");
  assert.equal(shapeOf(video(64, 64, 1.6, 20), limitsOf({ exact })), undefined);
  const { reasons } = chooseShapes(
    [video(64, 64, 1, 20), video(64, 64, 1.5, 20)],
    limitsOf({ exact }),
  );
  assert.deepEqual([...reasons], [
    ["they are shorter than 16 frames at 8 fps", 2],
  ]);
});

Deno.test("chooseShapes() folds rare shapes into frequent ones or says why not", () => {
  const videos = [
    ...Array.from({ length: 5 }, () => video(640, 480)),
    ...Array.from({ length: 4 }, () => video(1280, 720)),
    video(640, 500), // nearly 4:3
    video(640, 480, 1.6, 20), // too short for the frequent shapes
  ];
  const { shapes, shapeOf, reasons } = chooseShapes(
    videos,
    limitsOf({ most: 2 }),
  );
  assert.equal(shapes.length, 2);
  assert.deepEqual(shapeOf[9], shapes[0]);
  assert.equal(shapeOf[10], undefined);
  assert.deepEqual([...reasons], [
    ["their shape is too rare for a bucket of its own", 1],
  ]);
});
