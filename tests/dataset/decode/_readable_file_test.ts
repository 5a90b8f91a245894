import assert from "node:assert/strict";
import { InputError } from "lib/core/mod.ts";
import { asInputError, readHead } from "lib/dataset/decode/_readable_file.ts";

Deno.test({
  name: "readHead() names the permission that Deno lacks",
  permissions: { read: false },
  fn: async () => {
    await assert.rejects(readHead("a.mp4"), (error) => {
      assert.ok(error instanceof InputError);
      assert.equal(
        error.message,
        'Cannot read "a.mp4": Deno must be allowed to read it: it is not; run with --allow-read for that folder',
      );
      return true;
    });
  },
});

Deno.test("asInputError() reports a file that the system denies", () => {
  const error = asInputError("a.mp4", new Deno.errors.PermissionDenied("no"));
  assert.ok(error instanceof InputError);
  assert.equal(
    error.message,
    'Cannot read "a.mp4": the file must be readable: the system denies it; give yourself read permission (chmod u+r)',
  );
});

Deno.test("asInputError() quotes any other system error", () => {
  const error = asInputError(
    "a.mp4",
    new Error("Input/output error (os error 5)"),
  );
  assert.ok(error instanceof InputError);
  assert.equal(
    error.message,
    'Cannot read "a.mp4": the file must be readable: the system says "Input/output error (os error 5)"; check the path and the disk',
  );
});

Deno.test("asInputError() returns other errors unchanged", () => {
  const defect = new TypeError("x is not a function");
  assert.equal(asInputError("a.mp4", defect), defect);
});
