import assert from "node:assert/strict";
import { openDevice, trace } from "lib/compiler/mod.ts";
import { LOWERINGS } from "lib/compiler/trace/lower/table.ts";
import { checkGradients, checkValues, gradientsOf } from "./_harness.ts";
import { CASES } from "./_cases.ts";

const where = { device: await openDevice("cpu", { threads: 1 }) };

for (const testCase of CASES) {
  const { name, gradient } = testCase;
  Deno.test(`compiled ${name} gives what eager TF.js gives`, async () => {
    await checkValues(testCase, where);
  });
  if (gradient !== "none") {
    Deno.test(`compiled ${name} has the gradients of eager TF.js`, async () => {
      await checkGradients(testCase, where);
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
