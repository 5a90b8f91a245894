import assert from "node:assert/strict";
import { float32, type NdArray } from "lib/core/mod.ts";
import { attention, rotaryTable } from "lib/models/layers/mod.ts";
import {
  assertClose,
  distance,
  eagerly,
  filled,
  random,
  sumOf,
  valueAt,
  type Values,
} from "../_eager.ts";

const [B, N, L, D, HEADS] = [2, 4, 3, 8, 2];
const d = D / HEADS;
const p = {
  qkv: { weight: random("qkv", [D, 3 * D]), bias: random("qkv bias", [3 * D]) },
  out: { weight: random("out", [D, D]), bias: random("out bias", [D]) },
};
const x = random("x", [B, N, D]);
const context = {
  tokens: random("context", [B, L, D]),
  mask: float32([B, L], [1, 1, 0, 1, 0, 0]),
};

/** Queries, keys or values of a head: `part` 0, 1 or 2. */
function project(
  tokens: Values,
  part: number,
): (b: number, n: number, head: number, i: number) => number {
  return (b, n, head, i) => {
    const column = part * D + head * d + i;
    return valueAt(p.qkv.bias, column) +
      sumOf(
        D,
        (c) => valueAt(tokens, b, n, c) * valueAt(p.qkv.weight, c, column),
      );
  };
}

/**
 * Attention in loops: padding is left out of the sums, where the layer pushes
 * its scores down.
 */
function oracle(mask: Values, contextMask?: Values): Values {
  const query = project(x, 0);
  const mixed = filled([B, N, D], (b, n, column) => {
    const head = Math.floor(column / d);
    let total = 0;
    let sum = 0;
    const read = (tokens: Values, kept: Values): void => {
      const key = project(tokens, 1);
      const value = project(tokens, 2);
      for (let m = 0; m < tokens.shape[1]!; m++) {
        if (valueAt(kept, b, m) === 0) continue;
        const score = sumOf(
          d,
          (i) => query(b, n, head, i) * key(b, m, head, i),
        );
        const weight = Math.exp(score / Math.sqrt(d));
        total += weight;
        sum += weight * value(b, m, head, column % d);
      }
    };
    read(x, mask);
    if (contextMask) read(context.tokens, contextMask);
    return sum / total;
  });
  return filled([B, N, D], (b, n, o) =>
    valueAt(p.out.bias, o) +
    sumOf(D, (c) => valueAt(mixed, b, n, c) * valueAt(p.out.weight, c, o)));
}

const all = float32([B, N], new Array<number>(B * N).fill(1));

Deno.test("attention() mixes values by the softmax of scaled scores", () => {
  const y = eagerly({ p, x }, ({ p, x }) => attention(p, x, { heads: HEADS }));
  assertClose(y, oracle(all), 1e-4);
});

Deno.test("attention() leaves padding out", () => {
  const mask = float32([B, N], [1, 1, 1, 0, 1, 0, 0, 0]);
  const y = eagerly(
    { p, x, mask },
    ({ p, x, mask }) => attention(p, x, { heads: HEADS, mask }),
  );
  assertClose(y, oracle(mask), 1e-4);
});

Deno.test("attention() attends to a context through the same keys and values", () => {
  const y = eagerly(
    { p, x, context },
    ({ p, x, context }) => attention(p, x, { heads: HEADS, context }),
  );
  assertClose(y, oracle(all, context.mask), 1e-4);
  assert.ok(distance(y, oracle(all)) > 0.01, "the context must matter");
});

Deno.test("attention() with a mask and a context leaves out the padding of both", () => {
  const mask = float32([B, N], [1, 1, 0, 0, 1, 1, 1, 1]);
  const y = eagerly(
    { p, x, mask, context },
    ({ p, x, mask, context }) =>
      attention(p, x, { heads: HEADS, mask, context }),
  );
  assertClose(y, oracle(mask, context.mask), 1e-4);
});

Deno.test("the content of padding changes nothing, to the last bit", () => {
  const run = (tokens: NdArray): Values =>
    eagerly(
      { p, x, tokens, mask: context.mask },
      ({ p, x, tokens, mask }) =>
        attention(p, x, { heads: HEADS, context: { tokens, mask } }),
    );
  const other = float32(context.tokens.shape, context.tokens.data);
  for (const [token, keep] of context.mask.data.entries()) {
    if (keep === 0) other.data.fill(100, token * D, (token + 1) * D);
  }
  assertClose(run(other), run(context.tokens), 0);
});

Deno.test("attention() without a single token to read is finite", () => {
  const mask = float32([B, N], new Array<number>(B * N).fill(0));
  const y = eagerly(
    { p, x, mask },
    ({ p, x, mask }) => attention(p, x, { heads: HEADS, mask }),
  );
  assert.ok(y.data.every(Number.isFinite));
});

Deno.test("attention() turns queries and keys of tokens, and nothing of the context", () => {
  const run = (shift: number): Values => {
    const positions = Array.from({ length: N }, (_, i) => i + shift);
    const rotary = rotaryTable([{ positions, wavelengths: [3, 50] }], d);
    return eagerly(
      { p, x, rotary },
      ({ p, x, rotary }) => attention(p, x, { heads: HEADS, rotary }),
    );
  };
  assertClose(run(7), run(0), 1e-4);
  assert.ok(distance(run(0), oracle(all)) > 0.01, "positions must matter");

  // With zeros for queries every score is zero, turned or not.
  const still = {
    ...p,
    qkv: {
      weight: float32(
        p.qkv.weight.shape,
        p.qkv.weight.data.map((v, i) => i % (3 * D) < D ? 0 : v),
      ),
      bias: float32([3 * D], p.qkv.bias.data.map((v, i) => i < D ? 0 : v)),
    },
  };
  const rotary = rotaryTable(
    [{ positions: [0, 1, 2, 3], wavelengths: [3, 50] }],
    d,
  );
  const turned = eagerly(
    { still, x, rotary, context },
    ({ still, x, rotary, context }) =>
      attention(still, x, { heads: HEADS, rotary, context }),
  );
  const unturned = eagerly(
    { still, x, context },
    ({ still, x, context }) => attention(still, x, { heads: HEADS, context }),
  );
  assertClose(turned, unturned, 1e-5);
});
