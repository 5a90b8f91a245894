import assert from "node:assert/strict";
import { Sprites } from "lib/dataset/synthetic/mod.ts";
import { OBJECT_KINDS } from "lib/dataset/vocabulary/mod.ts";

Deno.test("Sprites draws every kind differently and within its square", async () => {
  const sprites = new Sprites();
  const pictures = new Set<string>();
  for (const { id } of OBJECT_KINDS) {
    const { texture, hull } = await sprites.get(id, 32);
    const [largest] = texture.levels;
    assert.deepEqual([largest!.width, largest!.height], [32, 32]);
    assert.deepEqual(texture.levels.map(({ width }) => width), [
      32,
      16,
      8,
      4,
      2,
      1,
    ]);
    const alpha = largest!.data.filter((_, i) => i % 4 === 3);
    const cover = alpha.reduce((sum, a) => sum + a / 255, 0) / alpha.length;
    // Thin objects, such as a feather, cover little of their square.
    assert.ok(cover > 0.08 && cover < 0.8, `${id}: ${cover}`);
    assert.ok(hull.length >= 3, id);
    for (const [x, y] of hull) {
      assert.ok(
        x >= 0.03 && x <= 0.97 && y >= 0.03 && y <= 0.97,
        `${id}: ${x}, ${y}`,
      );
    }
    pictures.add(String(largest!.data));
  }
  assert.equal(pictures.size, OBJECT_KINDS.length);
});

Deno.test("Sprites draws a shape in the colour of its name", async () => {
  const { texture } = await new Sprites().get("blue square", 64);
  const { data } = texture.levels[0]!;
  // Above the middle, in the lighter half; the side is 56 of 64 pixels.
  const at = (20 * 64 + 20) * 4;
  assert.deepEqual([...data.subarray(at, at + 4)], [0x23, 0x56, 0xe0, 255]);
});

Deno.test("Sprites caches sprites and rejects unknown objects", async () => {
  const sprites = new Sprites();
  assert.equal(await sprites.get("cat", 64), await sprites.get("cat", 64));
  assert.throws(() => sprites.get("unicorn", 64), {
    name: "RangeError",
    message: /^Cannot find an object:/,
  });
});
