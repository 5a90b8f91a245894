import assert from "node:assert/strict";
import { duplicateKeyOf } from "lib/formats/safetensors/_duplicate_key.ts";

Deno.test("duplicateKeyOf() finds a name that one object has twice, at any depth", () => {
  assert.equal(duplicateKeyOf('{"a":1,"b":2,"a":3}'), "a");
  assert.equal(duplicateKeyOf('{"m":{"x":1 , "x"\n:2}}'), "x");
  assert.equal(duplicateKeyOf('[{"a":[{"b":1}],"a":2}]'), "a");
});

Deno.test("duplicateKeyOf() takes names for what they mean, not for how they are written", () => {
  assert.equal(duplicateKeyOf('{"a":1,"\\u0061":2}'), "a");
  assert.equal(duplicateKeyOf('{"\\"":1,"\\\\":2,"\\"":3}'), '"');
});

Deno.test("duplicateKeyOf() accepts a name again in another object, or as a value", () => {
  for (
    const json of [
      '{"a":{"a":{"a":1}},"b":{"a":2}}',
      '{"a":"a","b":"a","c":["a","a"]}',
      '{"a":"{\\"a\\":1,\\"a\\":2}"}',
      '{"a\\\\":1,"a":2}',
      "{}",
    ]
  ) assert.equal(duplicateKeyOf(json), undefined, json);
});
