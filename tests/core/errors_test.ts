import assert from "node:assert/strict";
import { firstError, isDiskFull } from "lib/core/mod.ts";

Deno.test("firstError() is the first of several failures", () => {
  const [first, later] = [new Error("no room"), new Error("no room either")];
  const twice = new SuppressedError(
    new Error("nor here"),
    new SuppressedError(later, first),
  );
  assert.equal(firstError(twice), first);
  assert.equal(firstError(first), first);
});

Deno.test("isDiskFull() is true for a full disk, a quota and a size limit alone", () => {
  const withCode = (code: string): Error =>
    Object.assign(new Error("no space"), { code });
  for (const code of ["ENOSPC", "EDQUOT", "EFBIG"]) {
    assert.ok(isDiskFull(withCode(code)), code);
  }
  assert.ok(!isDiskFull(withCode("EACCES")));
  assert.ok(!isDiskFull(new Error("something else")));
});
