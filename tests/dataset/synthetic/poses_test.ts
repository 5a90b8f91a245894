import assert from "node:assert/strict";
import {
  planTake,
  posesOf,
  Sprites,
  type Take,
  truthOf,
} from "lib/dataset/synthetic/mod.ts";
import { PHASES } from "lib/dataset/vocabulary/mod.ts";

const SHAPE = { frames: 5, height: 48, width: 64, fps: 8 };

/** One red square in the middle of phase 1, as the test wants it. */
function takeOf(subject: Partial<Take["subjects"][number]>): Take {
  return {
    ...planTake({ seed: 0, phase: 1, split: "train", index: 0 }),
    subjects: [{
      ...{ object: "red square", motion: "still", x: 0, y: 0, depth: 0 },
      ...{ size: 0.5, speed: 0.25, swing: 0 },
      ...subject,
    }],
  };
}

function near(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < 1e-6, `${actual} ${expected}`);
}

Deno.test("posesOf() counts pixels from the middle of the picture, radians clockwise", () => {
  for (const pose of posesOf(takeOf({ x: 0.25, y: -0.125 }), SHAPE)) {
    near(pose.x, 16);
    near(pose.y, -6);
    near(pose.width, 24);
    near(pose.height, 24);
    near(pose.turn, 0);
  }
  // A quarter of 48 pixels a second is 1.5 a frame.
  posesOf(takeOf({ motion: "right" }), SHAPE).forEach(({ x }, i) => {
    near(x, 1.5 * (i - 2));
  });
  posesOf(takeOf({ motion: "clockwise" }), SHAPE).forEach(({ turn }, i) => {
    near(turn, 0.25 / 8 * (i - 2) * 2 * Math.PI);
  });
  posesOf(takeOf({ motion: "growing" }), SHAPE).forEach(({ height }, i) => {
    near(height, 24 * 2 ** (0.25 / 8 * (i - 2)));
  });
});

/** The same take in another light, or in other weather. */
function under(labels: Partial<Take["labels"]>): Take {
  const take = takeOf({});
  return { ...take, labels: { ...take.labels, ...labels } };
}

Deno.test("posesOf() tells how a thing is lit, and how much of it is seen", () => {
  const seen = (take: Take) =>
    posesOf(take, SHAPE).map(({ light, presence }) => [light, presence]);
  assert.deepEqual(seen(takeOf({})), new Array(5).fill([0, 1]));
  assert.deepEqual(seen(under({ weather: "rain" })), seen(takeOf({})));
  for (const [light, presence] of seen(under({ weather: "fog" }))) {
    assert.equal(light, 0);
    near(presence!, 0.66);
  }
  // It gets 0.36, 0.4 and 0.62 of red, green and blue at night.
  for (const [light] of seen(under({ light: "night" }))) near(light!, -0.54);
  // A spotlight points at it.
  assert.deepEqual(seen(under({ light: "spotlight" })), seen(takeOf({})));
  const [first, ...later] = seen(under({ light: "sunrise" }));
  assert.ok(later.at(-1)![0]! > first![0]! + 0.3);
});

Deno.test("a thing that turns like a door is narrower, and as high", () => {
  const poses = posesOf(takeOf({ swing: 2 }), SHAPE);
  near(poses[2]!.width, 24);
  for (const { width, height } of [poses[0]!, poses[4]!]) {
    assert.ok(width < 23, `${width}`);
    assert.ok(Math.abs(height - 24) < 1, `${height}`);
  }
});

Deno.test("poses are where pixels are, in every phase", async () => {
  const sprites = new Sprites();
  for (const phase of PHASES) {
    for (let index = 0; index < 4; index++) {
      const take = planTake({ seed: 5, phase, split: "train", index });
      const { subjects } = await truthOf(take, SHAPE, sprites);
      for (
        const [i, { x, y, width, height }] of posesOf(take, SHAPE).entries()
      ) {
        // A picture fills its square, more or less.
        const [left, top, right, bottom] = subjects[i]![0]!.box;
        const reach = Math.hypot(width, height) / 2;
        assert.ok(Math.abs((left + right) / 2 - 32 - x) < reach / 2);
        assert.ok(Math.abs((top + bottom) / 2 - 24 - y) < reach / 2);
        assert.ok(right - left <= 2 * reach + 1);
        assert.ok(Math.max(right - left, bottom - top) > reach / 2);
      }
    }
  }
});
