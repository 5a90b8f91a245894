import assert from "node:assert/strict";
import { FlowEstimator } from "lib/dataset/curate/flow/optical_flow.ts";
import { lumaOf } from "lib/dataset/curate/flow/plane.ts";
import {
  type CameraMove,
  MOTION_KINDS,
  PHASES,
} from "lib/dataset/vocabulary/mod.ts";
import {
  groundTruth,
  renderScene,
  type SceneSpec,
  sceneSpec,
  Sprites,
} from "lib/dataset/synthetic/mod.ts";

const SHAPE = { frames: 5, height: 64, width: 64, fps: 8 };
const sprites = new Sprites();

/** A scene with one red square. */
function sceneOf(
  subject: Partial<SceneSpec["subjects"][number]>,
  post?: number,
): SceneSpec {
  const scene = sceneSpec({ seed: 0, phase: 1, split: "train", index: 0 });
  const { post: _, ...scenery } = scene.scenery;
  return {
    ...scene,
    scenery: post === undefined ? scenery : { ...scenery, post },
    subjects: [{
      object: "red square",
      motion: "right",
      x: 0,
      y: 0,
      depth: 0,
      size: 0.4,
      speed: 0.25,
      yawRate: 0,
      ...subject,
    }],
  };
}

function near(actual: number, expected: number, tolerance: number): void {
  assert.ok(
    Math.abs(actual - expected) <= tolerance,
    `${actual} should be ${expected} within ${tolerance}`,
  );
}

Deno.test("groundTruth() returns bounding boxes in pixels", async () => {
  const { subjects } = await groundTruth(sceneOf({}), SHAPE, sprites);
  // 0.25 sides of 64 pixels a second are 2 pixels a frame; the square fills 77 %
  // of its sprite of 25.6 pixels.
  for (const [i, [truth]] of subjects.entries()) {
    const [left, top, right, bottom] = truth!.box;
    near((left + right) / 2, 32 + 2 * (i - 2), 0.3);
    near((top + bottom) / 2, 32, 0.3);
    near(right - left, 0.77 * 25.6, 1);
    near(bottom - top, 0.77 * 25.6, 1);
    assert.equal(truth!.visibility, 1);
  }
});

Deno.test("groundTruth() excludes parts outside the frame and behind a post", async () => {
  const half = await groundTruth(
    sceneOf({ motion: "still", x: 0.5 }),
    SHAPE,
    sprites,
  );
  near(half.subjects[0]![0]!.visibility, 0.5, 0.06);
  // The post is 0.16 x 1.2 sides wide where it stands, the square 0.31.
  const behind = await groundTruth(
    sceneOf({ motion: "still" }, 0),
    SHAPE,
    sprites,
  );
  near(behind.subjects[0]![0]!.visibility, 1 - 0.16 * 1.2 / 0.31, 0.06);
});

Deno.test("groundTruth() returns the flow of every motion", async () => {
  for (const [motion, kind] of Object.entries(MOTION_KINDS)) {
    const scene = sceneOf({ motion: motion as keyof typeof MOTION_KINDS });
    const { flow, segmentation } = await groundTruth(scene, SHAPE, sprites);
    // 5 pixels right of the middle of the frame half-way, and in a corner.
    const at = (2 * 64 + 32) * 64 + 37;
    assert.equal(segmentation[at], 0);
    assert.equal(segmentation[2 * 64 * 64], -1);
    assert.deepEqual([...flow.subarray(2 * 2 * 64 * 64).subarray(0, 2)], [
      0,
      0,
    ]);
    const angle = kind.turn * 0.25 / 8 * 2 * Math.PI;
    const growth = 2 ** (kind.growth * 0.25 / 8);
    const [x, y] = [5.5, 0.5];
    near(
      flow[2 * at]!,
      2 * kind.x + growth * (x * Math.cos(angle) - y * Math.sin(angle)) - x,
      1e-3,
    );
    near(
      flow[2 * at + 1]!,
      2 * kind.y + growth * (x * Math.sin(angle) + y * Math.cos(angle)) - y,
      1e-3,
    );
  }
});

Deno.test("groundTruth() agrees with the estimated optical flow", async () => {
  const errors: number[] = [];
  for (let index = 0; index < 40; index++) {
    const scene = sceneSpec({ seed: 5, phase: 1, split: "train", index });
    const clip = await renderScene(scene, SHAPE, sprites);
    const { flow, segmentation } = await groundTruth(scene, SHAPE, sprites);
    const estimator = new FlowEstimator(64, 64);
    estimator.next(lumaOf(clip, 0));
    for (let frame = 0; frame + 1 < SHAPE.frames; frame++) {
      const { u, v } = estimator.next(lumaOf(clip, frame + 1))!;
      for (let at = 0; at < 4096; at++) {
        const i = frame * 4096 + at;
        if (segmentation[i] !== 0) continue;
        errors.push(
          Math.hypot(u[at]! - flow[2 * i]!, v[at]! - flow[2 * i + 1]!),
        );
      }
    }
  }
  errors.sort((a, b) => a - b);
  const median = errors[errors.length >> 1]!;
  assert.ok(errors.length > 20_000, `${errors.length} pixels`);
  assert.ok(median <= 0.5, `median ${median} px`);
});

Deno.test("groundTruth() moves scenery against the camera", async () => {
  // In two opposite corners; `out` is the flow away from the centre.
  const ways: [CameraMove, (x: number, y: number, out: number) => boolean][] = [
    ["pan right", (x) => x < -0.1],
    ["pan left", (x) => x > 0.1],
    ["tilt up", (_, y) => y > 0.1],
    ["tilt down", (_, y) => y < -0.1],
    ["zoom in", (_x, _y, out) => out > 0.1],
    ["zoom out", (_x, _y, out) => out < -0.1],
    ["still", (x, y) => x === 0 && y === 0],
  ];
  for (const [move, holds] of ways) {
    const scene = sceneOf({ size: 0.05 });
    const { flow } = await groundTruth(
      { ...scene, camera: { ...scene.camera, move, speed: 0.15 } },
      SHAPE,
      sprites,
    );
    for (const [x, y] of [[8, 8], [56, 56]] as const) {
      const at = 2 * ((2 * 64 + y) * 64 + x);
      const [u, v] = [flow[at]!, flow[at + 1]!];
      const out = (u * (x - 32) + v * (y - 32)) / 34;
      assert.ok(holds(u, v, out), `${move}: ${u}, ${v} at ${x}, ${y}`);
    }
  }
});

Deno.test("groundTruth() segments the pixels that change with a subject", async () => {
  for (const phase of PHASES) {
    for (let index = 0; index < 3; index++) {
      const scene = sceneSpec({ seed: 1, phase, split: "train", index });
      const truth = await groundTruth(scene, SHAPE, sprites);
      const [subject, ...others] = scene.subjects;
      const without = {
        ...scene,
        subjects: [{ ...subject!, x: 9 }, ...others],
      };
      const [shown, hidden] = await Promise.all(
        [scene, without].map((one) =>
          renderScene(
            { ...one, labels: { ...scene.labels, light: "day" } },
            SHAPE,
            sprites,
          )
        ),
      );
      let [inside, changed] = [0, 0];
      for (const [at, index] of truth.segmentation.entries()) {
        if (index !== 0) continue;
        inside++;
        const difference = [0, 1, 2].reduce(
          (sum, c) =>
            sum +
            Math.abs(shown!.data[at * 3 + c]! - hidden!.data[at * 3 + c]!),
          0,
        );
        if (difference > 0.02) changed++;
      }
      if (inside < 50) continue;
      assert.ok(
        changed / inside > 0.9,
        `phase ${phase}, ${index}: ${changed} of ${inside}`,
      );
    }
  }
});
