import assert from "node:assert/strict";
import { provePlacement } from "../_placement.ts";
import { NO_WEBGPU, openWebgpu } from "../_webgpu.ts";
import type { Case, Tolerance } from "./_case.ts";
import { CASES } from "./_cases.ts";
import { type Bench, checkGradients, checkValues } from "./_harness.ts";

/** Shaders need only be this right in sines, cosines and what is made of them. */
const TRIGONOMETRY: Tolerance = { absolute: 5e-4, relative: 5e-4 };
/** Near zero shaders are as right as they are elsewhere: no digit more. */
const NEAR_ZERO: Tolerance = { absolute: 1e-6, relative: 1e-6 };

/** Shaders may take for zero what is below the smallest normal number. */
const NO_DENORMALS: Tolerance = { absolute: 1.2e-38, relative: 1e-6 };

/**
 * Cases that WebGPU does not hold to the last digits, and what it holds. The
 * language of its shaders asks for an error below 2^-11 in a sine, and in
 * others for what a formula in single precision gives.
 */
const LESS_EXACT: Readonly<Record<string, Tolerance>> = {
  "acos": TRIGONOMETRY,
  "asin": TRIGONOMETRY,
  "atan": TRIGONOMETRY,
  "cos": TRIGONOMETRY,
  "sin": TRIGONOMETRY,
  "tan": TRIGONOMETRY,
  "exp": NO_DENORMALS,
  "a gradient inside the function": TRIGONOMETRY,
  "asinh of tiny values": NEAR_ZERO,
  "atanh of tiny values": NEAR_ZERO,
  "elu of tiny values": NEAR_ZERO,
  "expm1 of tiny values": NEAR_ZERO,
  "log1p of tiny values": NEAR_ZERO,
  "selu of tiny values": NEAR_ZERO,
  "sinh of tiny values": NEAR_ZERO,
  "tanh of tiny values": NEAR_ZERO,
};

const device = await openWebgpu();

if (device) {
  for (const given of CASES) {
    const testCase = onWebgpu(given);
    const { name, gradient } = testCase;
    Deno.test(`on webgpu, ${name} gives what eager TF.js gives`, async () => {
      const nodes = await allOnWebgpu((where) => checkValues(testCase, where));
      assert.notEqual(nodes, 0, "no node ran");
    });
    if (gradient === "none") continue;
    Deno.test(`on webgpu, ${name} has the gradients of eager TF.js`, async () => {
      await allOnWebgpu((where) => checkGradients(testCase, where));
    });
  }
} else {
  Deno.test.ignore(`the conformance table on webgpu: ${NO_WEBGPU}`, () => {});
}

/** Proves that no node ran elsewhere; gradients may be known without a run. */
async function allOnWebgpu(
  check: (where: Bench) => Promise<void>,
): Promise<number> {
  return await provePlacement(
    "WebGpuExecutionProvider",
    (profile) => check({ device: device!, session: { profile } }),
  );
}

/** The case with the tolerances that hold on WebGPU. */
function onWebgpu(testCase: Case): Case {
  const loosest = LESS_EXACT[testCase.name];
  return loosest
    ? { ...testCase, tolerance: loosest, gradientTolerance: loosest }
    : testCase;
}
