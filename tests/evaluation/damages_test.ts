import assert from "node:assert/strict";
import { type Clip, Rng } from "lib/core/mod.ts";
import { type Damage, DAMAGES } from "lib/evaluation/mod.ts";

/** Eight frames of 4x4 pixels, frame t of grey t / 8, with one white column. */
const CLIP: Clip = {
  frames: 8,
  height: 4,
  width: 4,
  fps: 8,
  data: Float32Array.from(
    { length: 8 * 4 * 4 * 3 },
    (_, i) => Math.floor(i / 3) % 4 === 1 ? 1 : Math.floor(i / 48) / 8,
  ),
};

/** Eight times the grey of each frame. */
function framesOf({ data }: Clip): number[] {
  return Array.from({ length: 8 }, (_, t) => 8 * data[t * 48]!);
}

Deno.test("damages of strength 0 change nothing, and none changes its input", () => {
  const before = CLIP.data.slice();
  for (const kind of Object.keys(DAMAGES) as Damage[]) {
    assert.deepEqual(DAMAGES[kind](CLIP, 0, new Rng(1)).data, before, kind);
    DAMAGES[kind](CLIP, 1, new Rng(1));
    assert.deepEqual(CLIP.data, before, kind);
  }
});

Deno.test("damages of time reorder whole frames", () => {
  const of = (kind: Damage, strength: number): number[] =>
    framesOf(DAMAGES[kind](CLIP, strength, new Rng(2)));
  assert.deepEqual(of("frozen", 1), [0, 0, 0, 0, 0, 0, 0, 0]);
  assert.deepEqual(of("frozen", 0.5), [0, 1, 2, 3, 4, 4, 4, 4]);
  assert.deepEqual(of("reversed clips", 1), [7, 6, 5, 4, 3, 2, 1, 0]);
  const shuffled = of("shuffled frames", 1);
  assert.notDeepEqual(shuffled, [0, 1, 2, 3, 4, 5, 6, 7]);
  assert.deepEqual(shuffled.toSorted(), [0, 1, 2, 3, 4, 5, 6, 7]);
});

Deno.test("damages of the picture blur edges or add noise of the asked strength", () => {
  const blurred = DAMAGES.blur(CLIP, 1 / 12);
  assert.equal(blurred.data[3]!.toFixed(4), (1 / 3).toFixed(4));
  const grey = { ...CLIP, data: CLIP.data.slice().fill(0.5) };
  const { data } = DAMAGES.noise(grey, 0.5, new Rng(1));
  const squares = data.reduce((sum, x) => sum + (x - 0.5) ** 2, 0);
  const deviation = Math.sqrt(squares / data.length);
  assert.ok(Math.abs(deviation - 0.1) < 0.01, `${deviation}`);
});
