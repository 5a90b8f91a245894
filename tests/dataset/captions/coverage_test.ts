import assert from "node:assert/strict";
import {
  cldrCoverage,
  coverageImage,
  LANGUAGES,
} from "lib/dataset/captions/mod.ts";
import { MOTION_IDS, OBJECT_KINDS } from "lib/dataset/vocabulary/mod.ts";

Deno.test("every object and motion has a CLDR name in 100 languages or more", async () => {
  const { languages, things, named } = await cldrCoverage();
  assert.equal(things.length, OBJECT_KINDS.length + MOTION_IDS.length);
  for (const [k, thing] of things.entries()) {
    const count = languages.filter((_, i) => named[i]![k]).length;
    assert.ok(count >= 100, `${thing}: named in ${count} languages`);
  }
});

Deno.test("LANGUAGES lists the languages in which CLDR names everything", async () => {
  const { languages, named } = await cldrCoverage();
  const full = languages.filter((_, i) => named[i]!.every(Boolean));
  assert.deepEqual([...full].sort(), [...LANGUAGES].sort());
  assert.ok(LANGUAGES.length >= 100);
});

Deno.test("cldrCoverage() lists the missing names of a language", async () => {
  const { languages, things, named } = await cldrCoverage();
  const oromo = named[languages.indexOf("om")]!;
  assert.deepEqual(
    things.filter((_, k) => !oromo[k]),
    ["leopard", "turtle", "ship"],
  );
  assert.ok(
    named.at(0)!.every(Boolean) && !named.at(-1)!.some(Boolean),
    "sorted by what they have",
  );
});

Deno.test("coverageImage() draws a cell for each name and a gap after ten rows", async () => {
  const { width, height, data } = await coverageImage({
    languages: Array.from({ length: 11 }, (_, i) => `l${i}`),
    things: ["cat", "dog"],
    named: Array.from({ length: 11 }, (_, i) => [true, i === 10]),
  });
  // A label on the left and one below, then three lines of the legend.
  assert.deepEqual([width, height], [22 + 6, 34 + 4 * 22]);
  const pixel = (x: number, y: number): number[] => [
    ...data.subarray((y * width + 22 + x) * 3, (y * width + 22 + x) * 3 + 3),
  ];
  assert.deepEqual(pixel(2, 29), [46, 125, 90]);
  assert.deepEqual(pixel(3, 29), [236, 232, 222]);
  assert.deepEqual(pixel(3, 30), [255, 255, 255]);
  assert.deepEqual(pixel(5, 33), [46, 125, 90]);
});
