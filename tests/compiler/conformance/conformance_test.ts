import assert from "node:assert/strict";
import { trace } from "lib/compiler/mod.ts";
import { LOWERINGS } from "lib/compiler/trace/lower/table.ts";
import type { Case } from "./_case.ts";
import { ACTIVATION_CASES } from "./_activation.ts";
import { ARITHMETIC_CASES } from "./_arithmetic.ts";
import { COMPARISON_CASES } from "./_comparison.ts";
import { UNARY_CASES } from "./_unary.ts";
import { COMPOSITE_CASES } from "./_composite.ts";
import { CONVOLUTION_CASES } from "./_convolution.ts";
import { checkGradients, checkValues, gradientsOf } from "./_harness.ts";
import { INDEXING_CASES } from "./_indexing.ts";
import { MATMUL_CASES } from "./_matmul.ts";
import { MOVEMENT_CASES } from "./_movement.ts";
import { POOLING_CASES } from "./_pooling.ts";
import { REDUCE_CASES } from "./_reduce.ts";

const CASES: readonly Case[] = [
  ...UNARY_CASES,
  ...ACTIVATION_CASES,
  ...ARITHMETIC_CASES,
  ...COMPARISON_CASES,
  ...REDUCE_CASES,
  ...MATMUL_CASES,
  ...CONVOLUTION_CASES,
  ...POOLING_CASES,
  ...MOVEMENT_CASES,
  ...INDEXING_CASES,
  ...COMPOSITE_CASES,
];

for (const testCase of CASES) {
  const { name, gradient } = testCase;
  Deno.test(`compiled ${name} gives what eager TF.js gives`, async () => {
    await checkValues(testCase);
  });
  if (gradient !== "none") {
    Deno.test(`compiled ${name} has the gradients of eager TF.js`, async () => {
      await checkGradients(testCase);
    });
  }
}

Deno.test("every case has a name of its own", () => {
  const names = CASES.map(({ name }) => name);
  assert.deepEqual(
    names.filter((name, i) => names.indexOf(name) !== i),
    [],
  );
});

Deno.test("every lowering is reached by a case", () => {
  const reached = new Set<string>();
  const table = LOWERINGS as Record<string, typeof LOWERINGS[string]>;
  const originals = { ...table };
  for (const [kernel, lowering] of Object.entries(originals)) {
    table[kernel] = (call) => {
      reached.add(kernel);
      return lowering(call);
    };
  }
  try {
    for (const { fn, inputs, gradient } of CASES) {
      trace(
        (tensors) => ({
          values: Object.fromEntries(fn(tensors).map((y, i) => [i, y])),
          gradients: gradient === "none" ? {} : gradientsOf(fn, tensors),
        }),
        inputs,
      );
    }
  } finally {
    Object.assign(table, originals);
  }
  const missed = Object.keys(originals).filter((name) => !reached.has(name));
  assert.deepEqual(missed, [], "kernels that no case reached");
});
