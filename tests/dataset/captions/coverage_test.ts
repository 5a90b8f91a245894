import assert from "node:assert/strict";
import { cldrCoverage, LANGUAGES } from "lib/dataset/captions/mod.ts";
import { MOTION_IDS, OBJECT_KINDS } from "lib/dataset/vocabulary/mod.ts";

Deno.test("cldrCoverage() finds every object and motion named in 100 languages or more", async () => {
  const { languages, things, named } = await cldrCoverage();
  assert.equal(things.length, OBJECT_KINDS.length + MOTION_IDS.length);
  for (const [k, thing] of things.entries()) {
    const count = languages.filter((_, i) => named[i]![k]).length;
    assert.ok(count >= 100, `${thing}: named in ${count} languages`);
  }
});

Deno.test("LANGUAGES are those in which everything has a name, 100 or more", async () => {
  const { languages, named } = await cldrCoverage();
  const full = languages.filter((_, i) => named[i]!.every(Boolean));
  assert.deepEqual([...full].sort(), [...LANGUAGES].sort());
  assert.ok(LANGUAGES.length >= 100);
});

Deno.test("cldrCoverage() tells what a language lacks", async () => {
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
