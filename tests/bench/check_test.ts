import assert from "node:assert/strict";
import { float32, Rng } from "lib/core/mod.ts";
import { checkElements, checkLosses, checkNumber } from "../../bench/check.ts";

const reference = ([i, j]: readonly number[]): number => 10 * i! + j!;
const right = [0, 1, 2, 10, 11, 12];

Deno.test("checkElements() accepts what the reference says", () => {
  checkElements(float32([2, 3], right), { name: "y", reference });
  const rounded = right.map((x) => x * (1 + 1e-6));
  checkElements(float32([2, 3], rounded), { name: "y", reference });
});

Deno.test("checkElements() names the element that is farthest off", () => {
  const wrong = right.with(1, 1.5).with(5, 14);
  assert.throws(
    () => checkElements(float32([2, 3], wrong), { name: "y", reference }),
    {
      name: "WrongResultError",
      message: "Refusing to time y: element [1,2] must be 12: it is 14",
    },
  );
});

Deno.test("checkElements() accepts neither NaN nor a reference of nothing but zeros", () => {
  for (const place of [0, 5]) {
    const wrong = float32([2, 3], right.with(place, NaN));
    assert.throws(() => checkElements(wrong, { name: "y", reference }), {
      name: "WrongResultError",
      message: /it is NaN$/,
    });
  }
  const zero = { name: "y", reference: () => 0 };
  assert.throws(() => checkElements(float32([2], [0, 0]), zero), {
    name: "WrongResultError",
  });
});

Deno.test("checkElements() draws a sample", () => {
  const seen = new Set<string>();
  checkElements(float32([2, 3], right), {
    name: "y",
    reference: (index) => {
      seen.add(String(index));
      return reference(index);
    },
    sample: { count: 3, rng: new Rng(1) },
  });
  assert.ok(seen.size >= 1 && seen.size <= 3);
});

Deno.test("checkNumber() compares relative to the reference", () => {
  checkNumber("matmul", 1000.5, 1000, "PyTorch");
  assert.throws(() => checkNumber("matmul", 1002, 1000, "PyTorch"), {
    name: "WrongResultError",
    message:
      "Refusing to time matmul: PyTorch gives 1000: current value is 1002",
  });
  for (const [ours, theirs] of [[NaN, 1], [1, NaN]] as const) {
    assert.throws(() => checkNumber("matmul", ours, theirs, "PyTorch"), {
      name: "WrongResultError",
    });
  }
});

Deno.test("checkLosses() names the step that is off", () => {
  checkLosses("vae", [3, 2, 1], [3, 2, 1.0005], "PyTorch");
  assert.throws(() => checkLosses("vae", [3, 2, 1], [3, 2.1, 1], "PyTorch"), {
    name: "WrongResultError",
    message:
      "Refusing to time vae, loss of step 2: PyTorch gives 2.1: current value is 2",
  });
  assert.throws(() => checkLosses("vae", [3], [3, 2], "PyTorch"), {
    name: "TypeError",
  });
});

Deno.test("checkLosses() refuses losses that stand still", () => {
  assert.throws(() => checkLosses("vae", [3, 3, 3], [3, 3, 3], "PyTorch"), {
    name: "WrongResultError",
    message:
      "Refusing to time vae: the loss must move visibly in each step: 3 is followed by 3",
  });
});
