import assert from "node:assert/strict";
import { Rng } from "lib/core/mod.ts";
import { disturb } from "lib/evaluation/world3d/disturb.ts";

Deno.test("disturb() changes some clips, keeps values in [0,1], and follows its seed", () => {
  const clip = () => ({
    frames: 2,
    height: 8,
    width: 8,
    fps: 8,
    data: new Rng(1).normals([2 * 8 * 8 * 3]).data
      .map((x) => Math.min(1, Math.max(0, 0.5 + 0.3 * x))),
  });
  const before = clip().data;
  let changed = 0;
  for (let seed = 0; seed < 200; seed++) {
    const [a, b] = [clip(), clip()];
    disturb(a, new Rng(seed));
    disturb(b, new Rng(seed));
    assert.deepEqual(a.data, b.data);
    assert.ok(a.data.every((x) => x >= 0 && x <= 1));
    changed += Number(a.data.some((x, i) => x !== before[i]));
  }
  assert.ok(changed > 60 && changed < 120, `${changed}`);
});
