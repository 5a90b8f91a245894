import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { jit, lossAndGradients } from "lib/compiler/mod.ts";
import { isNdArray, leavesOf, type NdArray, treeFrom } from "lib/core/mod.ts";
import { readSafetensors } from "lib/formats/safetensors/mod.ts";
import { attentionBlock } from "lib/models/backbone/attention_block.ts";
import { cnnBlock } from "lib/models/backbone/cnn_block.ts";
import { crossModalAttention } from "lib/models/text/cross_modal_attention.ts";
import { residualBlock } from "lib/models/vae/residual_block.ts";
import { temporalAttention } from "lib/models/vae/temporal_attention.ts";
import { device } from "../_device.ts";
import { assertClose, eagerly } from "../_eager.ts";

/** Results of PyTorch, made by `make_reference.py`. */
const { tensors } = await readSafetensors(
  "tests/models/reference/reference.safetensors",
);

/** The inputs of a case by name. */
type Inputs = Readonly<Record<string, tf.Tensor>>;

/** The options of an attention block of either kind. */
function conditioning({ shared, cos, sin, context, mask }: Inputs) {
  return {
    shared: shared!,
    rotary: { cos: cos!, sin: sin! },
    context: { tokens: context!, mask: mask! },
    heads: 2,
  };
}

const CASES: Readonly<
  Record<string, (parameters: never, x: tf.Tensor, rest: Inputs) => tf.Tensor>
> = {
  attention_block: (p, x, rest) => attentionBlock(p, x, conditioning(rest)),
  cross_block: (p, x, rest) => attentionBlock(p, x, conditioning(rest)),
  cnn_block: (p, x, { shared }) =>
    cnnBlock(p, x, {
      shared: shared!,
      grid: { frames: 2, height: 2, width: 3 },
    }),
  residual_block: (p, x) => residualBlock(p, x),
  temporal_attention: (p, x) =>
    temporalAttention(p, x, { heads: 2, attentionWindow: 1 }),
  cross_modal_attention: (p, x, { mask }) =>
    crossModalAttention(p, { tokens: x, mask: mask! }, 2),
};

/** All tensors of a case whose names begin with a path, as a tree. */
function treeAt(path: string): Record<string, NdArray> {
  const prefix = `${path}/`;
  return treeFrom(
    [...tensors].filter(([name]) => name.startsWith(prefix))
      .map(([name, array]) => [name.slice(prefix.length), array] as const),
  ) as Record<string, NdArray>;
}

for (const [name, layer] of Object.entries(CASES)) {
  const given = {
    parameters: treeAt(`${name}/parameters`),
    inputs: treeAt(`${name}/inputs`),
    probe: tensors.get(`${name}/probe`)!,
  };
  const gradients = treeAt(`${name}/gradients`);

  /** The output, and the gradients of its sum weighted by the probe. */
  const both = (
    { parameters, inputs: { x, ...rest }, probe }: {
      parameters: Record<string, tf.Tensor>;
      inputs: Record<string, tf.Tensor>;
      probe: tf.Tensor;
    },
  ) => {
    const { metrics, gradients } = lossAndGradients(
      ({ x, parameters }) => {
        const output = layer(parameters as never, x, rest);
        return { loss: tf.sum(tf.mul(output, probe)), metrics: { output } };
      },
      { x: x!, parameters },
    );
    return { ...metrics, gradients };
  };

  const check = (found: { output: NdArray; gradients: unknown }): void => {
    assertClose(found.output, tensors.get(`${name}/output`)!, 2e-5);
    const leaves = new Map(leavesOf(found.gradients, isNdArray));
    const wanted = leavesOf<NdArray>(gradients, isNdArray);
    assert.deepEqual(
      [...leaves.keys()].sort(),
      wanted.map(([path]) => path).sort(),
    );
    for (const [path, gradient] of wanted) {
      assertClose(leaves.get(path)!, gradient, 1e-4);
    }
  };

  Deno.test(`${name} and its gradients are what PyTorch computes`, () => {
    check(eagerly(given, both as never) as never);
  });

  Deno.test(`${name} and its gradients are so when compiled, too`, async () => {
    using compiled = jit(both, { device, name });
    check(await compiled.run(given as never) as never);
  });
}
