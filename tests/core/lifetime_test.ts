import assert from "node:assert/strict";
import { DisposedError, Lifetime } from "lib/core/mod.ts";

Deno.test("a lifetime ends once, after its last use", () => {
  const freed: number[] = [];
  const lifetime = new Lifetime("a pipe");
  const [first, second] = [lifetime.use(), lifetime.use()];
  lifetime.end(() => freed.push(1));
  lifetime.end(() => freed.push(2));
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  assert.deepEqual(freed, []);
  second[Symbol.dispose]();
  assert.deepEqual(freed, [1]);
  for (const use of [() => lifetime.use(), () => lifetime.check()]) {
    assert.throws(use, (error) => {
      assert.ok(error instanceof DisposedError);
      assert.ok(error instanceof ReferenceError);
      assert.equal(
        error.message,
        "Cannot use a pipe: it must not be disposed of yet: it was; dispose " +
          "of it after its last use",
      );
      return true;
    });
  }
});
