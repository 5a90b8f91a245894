import assert from "node:assert/strict";
import { jitWithState, openDevice, uploadState } from "lib/compiler/mod.ts";
import type { NdArray } from "lib/core/mod.ts";
import {
  i3d,
  i3dFromPytorch,
  type I3dParameters,
  i3dTensors,
  openI3d,
} from "lib/evaluation/mod.ts";
import type { StateDict } from "lib/formats/pytorch/mod.ts";
import { readSafetensors } from "lib/formats/safetensors/mod.ts";
import type * as tf from "@tensorflow/tfjs-core";
import {
  plannedArray,
  plannedConvolution,
  referencePath,
} from "../_planned.ts";

/** The planned weights as a file of the public layout would hold them. */
function plannedState(): StateDict {
  const tensors = new Map(
    [...i3dTensors()].map(([name, shape]) => [name, {
      shape,
      read: (): NdArray => {
        if (name.endsWith("conv3d.weight")) {
          return plannedConvolution(name, shape);
        }
        if (name.endsWith("bn.weight")) {
          return plannedArray(name, shape, 0.2, 1);
        }
        if (name.endsWith("running_var")) {
          return plannedArray(name, shape, 0.3, 1);
        }
        return plannedArray(name, shape, 0.1);
      },
    }]),
  );
  return { tensors, [Symbol.dispose]() {} };
}

const parameters: I3dParameters = i3dFromPytorch({
  path: "planned.pt",
  state: plannedState(),
});

/** The largest difference of two arrays. */
function largest(a: NdArray, b: NdArray): number {
  assert.deepEqual(a.shape, b.shape);
  return Math.max(
    ...Array.from(a.data, (x, i) => Math.abs(x - b.data[i]!)),
  );
}

Deno.test("i3d() agrees with PyTorch on planned weights, at even and odd sizes", async () => {
  const { tensors } = await readSafetensors(referencePath("i3d.safetensors"));
  using device = await openDevice("cpu");
  const state = await uploadState(device, parameters);
  using compiled = jitWithState(
    (p, { clips }: { clips: tf.Tensor }) => {
      const { logits, pooled } = i3d(p, clips);
      return { outputs: { logits, pooled } };
    },
    state,
    { device, name: "i3d" },
  );
  const even = await compiled.run({
    clips: plannedArray("clips", [1, 10, 64, 64, 3]),
  });
  const odd = await compiled.run({
    clips: plannedArray("odd clips", [1, 17, 70, 38, 3]),
  });
  for (
    const [found, wanted] of [
      [even.logits, tensors.get("logits")!],
      [even.pooled, tensors.get("pooled")!],
      [odd.logits, tensors.get("odd")!],
    ] as const
  ) {
    const difference = largest(found, wanted);
    assert.ok(difference < 1e-4, `${difference}`);
  }
});

Deno.test("openI3d() refuses clips of fewer than 9 frames", async () => {
  using device = await openDevice("cpu");
  using network = await openI3d(device, { parameters, digest: "ab" });
  const clip = {
    frames: 8,
    height: 16,
    width: 16,
    fps: 8,
    data: new Float32Array(8 * 16 * 16 * 3),
  };
  await assert.rejects(network.featuresOf([clip]), {
    name: "InputError",
    message:
      "Cannot apply I3D: clips must have at least 9 frames: current count is 8; pass longer clips",
  });
});

Deno.test("i3dFromPytorch() names a tensor that is missing, misshapen, unknown or infinite", () => {
  const changed = (
    change: (
      tensors: Map<string, { shape: readonly number[]; read(): NdArray }>,
    ) => void,
  ): StateDict => {
    const tensors = new Map(plannedState().tensors);
    change(tensors);
    return { tensors, [Symbol.dispose]() {} };
  };
  const cases: [StateDict, RegExp][] = [
    [
      changed((t) => t.delete("Mixed_4c.b1b.bn.bias")),
      /^Cannot use "f.pt" as I3D: tensor "Mixed_4c.b1b.bn.bias" must have shape \[224\]: it is missing; pass the public file/,
    ],
    [
      changed((t) =>
        t.set("logits.conv3d.bias", {
          shape: [157],
          read: () => plannedArray("x", [157]),
        })
      ),
      /tensor "logits.conv3d.bias" must have shape \[400\]: it has \[157\]/,
    ],
    [
      changed((t) =>
        t.set("extra.weight", {
          shape: [1],
          read: () => plannedArray("x", [1]),
        })
      ),
      /its tensors must be those of the network: "extra.weight" is none/,
    ],
    [
      changed((t) =>
        t.set("Conv3d_1a_7x7.bn.bias", {
          shape: [64],
          read: () => plannedArray("x", [64], NaN),
        })
      ),
      /values of tensor "Conv3d_1a_7x7.bn.bias" must be finite: current value at 0 is NaN/,
    ],
  ];
  for (const [state, message] of cases) {
    assert.throws(() => i3dFromPytorch({ path: "f.pt", state }), {
      name: "InputError",
      message,
    });
  }
});
