import assert from "node:assert/strict";
import { leavesOf, mapTree, treeFrom } from "lib/core/mod.ts";

const isNumber = (x: unknown): x is number => typeof x === "number";

Deno.test("leavesOf() lists paths depth first, in the order of insertion", () => {
  const tree = { z: { b: 1, a: 2 }, a: 3, m: { n: { o: 4 } } };
  assert.deepEqual(leavesOf(tree, isNumber), [
    ["z/b", 1],
    ["z/a", 2],
    ["a", 3],
    ["m/n/o", 4],
  ]);
});

Deno.test("leavesOf() gives a tree of one leaf the empty path, an empty branch nothing", () => {
  assert.deepEqual(leavesOf(5, isNumber), [["", 5]]);
  assert.deepEqual(leavesOf({ a: {}, b: 1 }, isNumber), [["b", 1]]);
});

Deno.test("leavesOf() and mapTree() name the path of what is neither leaf nor branch", () => {
  for (const [value, text] of [[null, "null"], ["x", "x"]] as const) {
    const tree = { a: { b: value } };
    const rule = "each node must be a leaf or a record: current value at";
    assert.throws(() => leavesOf(tree, isNumber), {
      name: "TypeError",
      message: `Cannot read a tree: ${rule} "a/b" is ${text}`,
    });
    assert.throws(() => mapTree(tree, isNumber, (x) => x), {
      name: "TypeError",
      message: `Cannot map a tree: ${rule} "a/b" is ${text}`,
    });
  }
});

Deno.test("mapTree() keeps the form and the order, and tells the path", () => {
  const mapped = mapTree(
    { b: 1, a: { c: 2 } },
    isNumber,
    (x, path) => `${path}=${x}`,
  );
  assert.deepEqual(mapped, { b: "b=1", a: { c: "a/c=2" } });
  assert.deepEqual(Object.keys(mapped), ["b", "a"]);
});

Deno.test("treeFrom() is the inverse of leavesOf()", () => {
  const tree = { z: { b: 1, a: 2 }, a: 3, m: { n: { o: 4 } } };
  const built = treeFrom(leavesOf(tree, isNumber));
  assert.deepEqual(built, tree);
  assert.deepEqual(leavesOf(built, isNumber), leavesOf(tree, isNumber));
  assert.equal(treeFrom([["", 5]]), 5);
});
