import assert from "node:assert/strict";
import { asOutputError, InputError } from "lib/core/mod.ts";

Deno.test("asOutputError() reports a folder that the system denies", () => {
  const error = asOutputError(
    "out/a.mp4",
    new Deno.errors.PermissionDenied("no"),
  );
  assert.ok(error instanceof InputError);
  assert.equal(
    error.message,
    'Cannot write "out/a.mp4": its folder must be writable: the system denies "out"; choose another place or give yourself write permission',
  );
});

Deno.test("asOutputError() reports system errors, not a full disk or defects", () => {
  const message = "Read-only file system (os error 30)";
  const readOnly = asOutputError("a.png", new Error(message));
  assert.ok(readOnly instanceof InputError);
  assert.equal(
    readOnly.message,
    `Cannot write "a.png": the disk must take it: the system says "${message}"; check the place and the space on it`,
  );
  const full = Object.assign(new Error("No space left (os error 28)"), {
    code: "ENOSPC",
  });
  for (const error of [full, new TypeError("x")]) {
    assert.equal(asOutputError("a.png", error), error);
  }
});
