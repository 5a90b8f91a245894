/**
 * Named values in nested records, such as the parameters of a model:
 * `{ encoder: { input: { weight, bias } } }`.
 *
 * Order is the order of insertion and is part of the meaning: it is the order
 * in which parameters are listed, saved and updated.
 */
export type Tree<T> = T | { readonly [name: string]: Tree<T> };

/** A tree of the same form with other leaves. */
export type MapLeaves<X, From, To> = X extends From ? To
  : { readonly [K in keyof X]: MapLeaves<X[K], From, To> };

/** Separates the names on the way to a leaf: `encoder/input/weight`. */
const SEPARATOR = "/";

/** Tells a leaf from a branch. */
export type IsLeaf<T> = (node: unknown) => node is T;

/**
 * Lists the leaves of a tree with their paths, depth first.
 *
 * @example
 * ```ts
 * import { leavesOf } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const isNumber = (x: unknown): x is number => typeof x === "number";
 * assert.deepEqual(leavesOf({ a: { b: 1 }, c: 2 }, isNumber), [["a/b", 1], ["c", 2]]);
 * ```
 */
export function leavesOf<T>(
  tree: unknown,
  isLeaf: IsLeaf<T>,
  path = "",
): [path: string, leaf: T][] {
  if (isLeaf(tree)) return [[path, tree]];
  if (tree === null || typeof tree !== "object") {
    throw new TypeError(
      `Cannot read a tree: each node must be a leaf or a record: ` +
        `current value at "${path}" is ${String(tree)}`,
    );
  }
  return Object.entries(tree).flatMap(([name, child]) =>
    leavesOf(child, isLeaf, path === "" ? name : path + SEPARATOR + name)
  );
}

/**
 * Makes a tree of the same form from a function of each leaf.
 *
 * @example
 * ```ts
 * import { mapTree } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const isNumber = (x: unknown): x is number => typeof x === "number";
 * assert.deepEqual(mapTree({ a: 1, b: { c: 2 } }, isNumber, (x) => x * 10), { a: 10, b: { c: 20 } });
 * ```
 */
export function mapTree<X, T, U>(
  tree: X,
  isLeaf: IsLeaf<T>,
  transform: (leaf: T, path: string) => U,
  path = "",
): MapLeaves<X, T, U> {
  if (isLeaf(tree)) return transform(tree, path) as MapLeaves<X, T, U>;
  if (tree === null || typeof tree !== "object") {
    throw new TypeError(
      `Cannot map a tree: each node must be a leaf or a record: ` +
        `current value at "${path}" is ${String(tree)}`,
    );
  }
  const entries = Object.entries(tree).map(([name, child]) => {
    const childPath = path === "" ? name : path + SEPARATOR + name;
    return [name, mapTree(child, isLeaf, transform, childPath)] as const;
  });
  return Object.fromEntries(entries) as MapLeaves<X, T, U>;
}

/**
 * Builds the nested records that a list of paths describes: the inverse of
 * {@link leavesOf}.
 *
 * @throws {TypeError} if a name would be a leaf twice, or a leaf and a branch
 *
 * @example
 * ```ts
 * import { treeFrom } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(treeFrom([["a/b", 1], ["c", 2]]), { a: { b: 1 }, c: 2 });
 * ```
 */
export function treeFrom<T>(leaves: Iterable<readonly [string, T]>): Tree<T> {
  // Names may come from files: maps hold any name, "constructor" too.
  const root: Branch<T> = new Map();
  for (const [path, leaf] of leaves) {
    if (path === "") return leaf;
    const names = path.split(SEPARATOR);
    const last = names.pop()!;
    let branch = root;
    for (const name of names) {
      let next = branch.get(name);
      if (next === undefined) branch.set(name, next = { branch: new Map() });
      if (!("branch" in next)) throw bothLeafAndBranch(path);
      branch = next.branch;
    }
    if (branch.has(last)) throw bothLeafAndBranch(path);
    branch.set(last, { leaf });
  }
  return recordOf(root);
}

type Branch<T> = Map<string, { leaf: T } | { branch: Branch<T> }>;

function recordOf<T>(branch: Branch<T>): Tree<T> {
  return Object.fromEntries(
    [...branch].map(([name, node]) => [
      name,
      "leaf" in node ? node.leaf : recordOf(node.branch),
    ]),
  ) as Tree<T>;
}

function bothLeafAndBranch(path: string): TypeError {
  return new TypeError(
    `Cannot build a tree: a name must stand for one leaf or one branch: ` +
      `current path is "${path}", part of which is taken`,
  );
}
