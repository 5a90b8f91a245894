import assert from "node:assert/strict";
import { readMotion } from "lib/recipes/generate/motion.ts";

const SHAPE = { frames: 16, height: 64, width: 64, fps: 8 };

Deno.test("readMotion() reads directions, zooms and paths", async () => {
  assert.equal(await readMotion({}, SHAPE), undefined);
  const right = await readMotion({ motion: "right:16" }, SHAPE);
  assert.deepEqual([...right!.data.subarray(0, 2)], [2, 0]);
  const up = await readMotion(
    { motion: "up:8", region: "32,0,32,64" },
    SHAPE,
  );
  assert.ok(Math.abs(up!.data[1]! + 1) < 1e-6);
  assert.deepEqual([up!.weight[0], up!.weight[40]], [0, 1]);
  const path = await readMotion({ path: "10,32 40,32" }, SHAPE);
  assert.ok(Math.abs(path!.data[2 * (32 * 64 + 10)]! - 2) < 1e-5);
});

Deno.test("readMotion() names the flag that breaks its rule", async () => {
  const cases = [
    [{ motion: "right" }, /^Cannot use --motion: it must be DIRECTION:SPEED/],
    [{ motion: "north:8" }, /current value is "north:8"$/],
    [{ motion: "left:-8" }, /current value is "left:-8"$/],
    [{ region: "0,0,8,8" }, /^Cannot use --region: it is where --motion acts/],
    [
      { motion: "left:8", region: "60,0,8,8" },
      /inside 64x64: current value is "60,0,8,8"$/,
    ],
    [{ motion: "zoom:2", region: "0,0,8,8" }, /--region with zoom/],
    [{ path: "8,32 x" }, /one is "x"$/],
    [{ path: "8,32 80,32" }, /one is 80,32$/],
    [{ motion: "left:8", path: "1,1 2,2" }, /--motion and --path together/],
  ] as const;
  for (const [flags, message] of cases) {
    await assert.rejects(readMotion(flags, SHAPE), {
      name: "InputError",
      message,
    });
  }
});
