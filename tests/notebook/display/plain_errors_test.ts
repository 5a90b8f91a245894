import assert from "node:assert/strict";
import {
  DivergedError,
  InputError,
  NotFiniteError,
  StoppedError,
} from "lib/core/mod.ts";
import { stackText } from "lib/notebook/display/plain_errors.ts";

/** A call in a cell, and one in a module. */
const CELL = { getFileName: () => "", toString: () => "<anonymous>:1:2" };
const MODULE = { getFileName: () => "/a.ts", toString: () => "f (/a.ts:1:2)" };

const MISSING = 'Cannot run this cell: "held" is missing: the cell that ' +
  "declares it failed, was stopped or has not run; run that one first, or all " +
  "cells from the top";

Deno.test("stackText() is the message alone of an error that explains itself", () => {
  for (
    const error of [
      new InputError("Cannot go"),
      new NotFiniteError("Cannot go"),
      new StoppedError("Cannot go"),
      new DivergedError("Cannot go"),
    ]
  ) assert.equal(stackText(error, [MODULE, CELL]), "Cannot go", error.name);
});

Deno.test("stackText() tells which cell to run for a name that a cell misses", () => {
  for (
    const message of [
      "held is not defined",
      "Cannot access 'held' before initialization",
    ]
  ) {
    assert.equal(stackText(new ReferenceError(message), [CELL]), MISSING);
    assert.match(
      stackText(new ReferenceError(message), [MODULE, CELL]),
      /^ReferenceError: .*held.*\n {4}at f \(\/a\.ts:1:2\)\n {4}at <anon/,
      "a module that misses a name has a defect",
    );
  }
});

Deno.test("stackText() of a defect is what JavaScript shows", () => {
  const stack = (error: unknown) => stackText(error, [MODULE]);
  assert.equal(
    stack(new RangeError("too deep")),
    "RangeError: too deep\n    at f (/a.ts:1:2)",
  );
  assert.equal(stack(new Error()), "Error\n    at f (/a.ts:1:2)");
  assert.equal(stack("text"), "text\n    at f (/a.ts:1:2)");
});
