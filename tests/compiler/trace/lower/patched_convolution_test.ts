import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { trace } from "lib/compiler/mod.ts";
import { HOST_MEMORY } from "lib/compiler/device/memory.ts";
import { DeviceProfile } from "lib/compiler/device/profile.ts";
import { RuntimeDevice } from "lib/compiler/device/runtime_device.ts";
import { optimise } from "lib/compiler/passes/pipeline.ts";
import { CONVOLUTION_CASES } from "../../conformance/_convolution.ts";
import { checkGradients, checkValues } from "../../conformance/_harness.ts";

const X = { dtype: "float32", shape: [2, 4, 6, 5, 3] } as const;
const W = { dtype: "float32", shape: [3, 3, 3, 3, 8] } as const;
/** Bytes of one tap of x. */
const TAP = 4 * 2 * 4 * 6 * 5 * 3;
const ALL_TAPS = 1e6;

interface Inputs {
  readonly x: tf.Tensor5D;
  readonly w: tf.Tensor5D;
}

const convolve = ({ x, w }: Inputs): Record<string, tf.Tensor> => ({
  y: tf.conv3d(x, w, 1, "same"),
});

const gradients = ({ x, w }: Inputs): Record<string, tf.Tensor> => {
  const [dx, dw] = tf.grads((x, w) =>
    tf.sum(tf.square(tf.conv3d(x as tf.Tensor5D, w as tf.Tensor5D, 1, "same")))
  )([x, w]);
  return { dx: dx!, dw: dw! };
};

/** Operations of the optimised graph and how often each is there. */
function countsOf(
  fn: (inputs: Inputs) => Record<string, tf.Tensor>,
  patchBytes?: number,
): Record<string, number> {
  const graph = optimise(trace(fn as never, { x: X, w: W }, {
    ...(patchBytes !== undefined && { patchBytes }),
  }));
  const counts: Record<string, number> = {};
  for (const { op } of graph.nodes) counts[op] = (counts[op] ?? 0) + 1;
  return counts;
}

Deno.test("trace() convolves by one product of patches where the target asks for it", () => {
  const patched = countsOf(convolve, ALL_TAPS);
  assert.deepEqual(
    [patched.MatMul, patched.Concat, patched.Conv],
    [1, 1, undefined],
  );
  assert.deepEqual(
    [countsOf(convolve).Conv, countsOf(convolve).MatMul],
    [1, undefined],
  );
});

Deno.test("trace() lays out as many taps at a time as there is room for, evenly", () => {
  for (
    const [room, products] of [
      [27 * TAP, 1],
      [26 * TAP, 2],
      [9 * TAP, 3],
      [TAP, 27],
      [1, 27],
    ] as const
  ) {
    assert.equal(
      countsOf(convolve, room).MatMul,
      products,
      `products with room for ${room / TAP} taps`,
    );
  }
});

Deno.test("Both gradients of a convolution share the patches of the gradient", () => {
  const { MatMul, Concat, Conv } = countsOf(gradients, ALL_TAPS);
  // One product forward, two back; patches of x and of the gradient.
  assert.deepEqual([MatMul, Concat, Conv], [3, 2, undefined]);
});

for (
  const [room, patchBytes] of [["all taps", ALL_TAPS], ["few", 600]] as const
) {
  const device = new RuntimeDevice(
    new DeviceProfile("cpu", true, { target: { patchBytes } }),
    "with patches",
    HOST_MEMORY,
  );
  for (const given of CONVOLUTION_CASES) {
    if (!given.name.startsWith("conv3d")) continue;
    Deno.test(`in patches with room for ${room}, ${given.name} gives what eager TF.js gives`, async () => {
      await checkValues(given, { device });
      if (given.gradient !== "none") await checkGradients(given, { device });
    });
  }
}
