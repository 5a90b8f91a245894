import assert from "node:assert/strict";
import {
  COMMON_OBJECTS,
  MOTION_IDS,
  OBJECT_KINDS,
  objectKind,
} from "lib/dataset/vocabulary/mod.ts";

Deno.test("OBJECT_KINDS are 200 or more, each with an id and an emoji of its own", () => {
  assert.ok(OBJECT_KINDS.length >= 200);
  assert.equal(
    new Set(OBJECT_KINDS.map(({ id }) => id)).size,
    OBJECT_KINDS.length,
  );
  assert.equal(
    new Set(OBJECT_KINDS.map(({ emoji }) => emoji)).size,
    OBJECT_KINDS.length,
  );
  for (const { id, emoji } of OBJECT_KINDS) {
    assert.match(emoji, /^\p{Emoji}$/u, id);
    assert.match(id, /^[\w -]+$/);
  }
});

Deno.test("COMMON_OBJECTS are 50 of the pictures, none twice", () => {
  assert.equal(new Set(COMMON_OBJECTS).size, 50);
  assert.equal(COMMON_OBJECTS.length, 50);
  for (const id of COMMON_OBJECTS) {
    assert.equal(objectKind(id).outline, undefined, id);
  }
});

Deno.test("MOTION_IDS are twelve", () => {
  assert.equal(MOTION_IDS.length, 12);
});

Deno.test("objectKind() names what it does not know", () => {
  assert.throws(() => objectKind("unicorn"), {
    name: "RangeError",
    message:
      'Cannot find an object: it must be one of OBJECT_KINDS: current value is "unicorn"',
  });
});
