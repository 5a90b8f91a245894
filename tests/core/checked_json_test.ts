import assert from "node:assert/strict";
import * as z from "zod";
import { checkedJson } from "lib/core/mod.ts";

Deno.test("checkedJson() names place, field and fix of what is empty, torn or wrong", () => {
  const schema = z.strictObject({ steps: z.int().min(0) });
  for (
    const [text, problem] of [
      ["", "it must be JSON: Unexpected end of JSON input"],
      ["{}", "steps: Invalid input: expected number, received undefined"],
      ["7", "Invalid input: expected object, received number"],
      ['{"steps":-1}', "steps: Too small: expected number to be >=0"],
      ['{"steps":1,"more":2}', 'Unrecognized key: "more"'],
    ] as const
  ) {
    assert.throws(() => checkedJson(text, schema, '"done.json"', "remove it"), {
      name: "InputError",
      message: `Cannot read "done.json": ${problem}; remove it`,
    });
  }
});
