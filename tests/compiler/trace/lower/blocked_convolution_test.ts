import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import {
  flopsOf,
  jit,
  openDevice,
  printGraph,
  trace,
} from "lib/compiler/mod.ts";
import { inferType } from "lib/compiler/ops/table.ts";
import { channelBlock } from "lib/compiler/session/channel_block.ts";
import { zeros } from "lib/core/mod.ts";
import "../../_runtime.ts";

const X = { dtype: "float32", shape: [4, 4, 3, 5, 16] } as const;
const W = { dtype: "float32", shape: [3, 3, 3, 16, 32] } as const;

interface Inputs {
  readonly x: tf.Tensor5D;
  readonly w: tf.Tensor5D;
}

const convolve = ({ x, w }: Inputs): { y: tf.Tensor } => ({
  y: tf.conv3d(x, w, 1, "same"),
});

const gradients = ({ x, w }: Inputs): Record<"x" | "w", tf.Tensor> => {
  const [dx, dw] = tf.grads((x, w) =>
    tf.sum(tf.conv3d(x as tf.Tensor5D, w as tf.Tensor5D, 1, "same"))
  )(
    [x, w],
  );
  return { x: dx!, w: dw! };
};

/** Operations of a graph and how often each is there. */
function countsOf(
  fn: (inputs: never) => never,
  channelBlock?: number,
): Record<string, number> {
  const graph = trace(fn as never, { x: X, w: W }, {
    ...(channelBlock !== undefined && { channelBlock }),
  });
  const counts: Record<string, number> = {};
  for (const { op } of graph.nodes) counts[op] = (counts[op] ?? 0) + 1;
  return counts;
}

Deno.test("trace() convolves in blocks where the target has them, once for each tap in time", () => {
  const blocked = countsOf(convolve as never, 16);
  assert.equal(blocked.BlockedConv, 3);
  assert.equal(blocked.BlockChannels, 1);
  assert.equal(blocked.UnblockChannels, 1);
  assert.equal(blocked.Conv, undefined);
  const plain = countsOf(convolve as never);
  assert.equal(plain.BlockedConv, undefined);
  assert.equal(plain.Conv, 1);
});

Deno.test("trace() carries both gradients back in blocks, with no product for each tap", () => {
  const blocked = countsOf(gradients as never, 16);
  assert.equal(blocked.BlockedConv, 3 + 3 + 3); // forward, too: it is dead, but recorded
  assert.equal(blocked.MatMul, undefined);
});

Deno.test("trace() keeps to the common form where channels do not fill whole blocks", () => {
  assert.equal(countsOf(convolve as never, 64).BlockedConv, undefined);
});

Deno.test("flopsOf() counts a convolution in blocks like any other", () => {
  const inputs = { x: X, w: W };
  assert.equal(
    flopsOf(trace(convolve as never, inputs, { channelBlock: 16 })),
    flopsOf(trace(convolve as never, inputs)),
  );
});

Deno.test("Blocks must divide the channels, by name", () => {
  const x = { dtype: "float32", shape: [1, 20, 3] } as const;
  assert.throws(
    () => inferType("BlockChannels", [x], { block: 16, channelsLast: false }),
    {
      name: "OpTypeError",
      message:
        /^BlockChannels: .*channels must be a multiple of the block 16.*\[1,20,3\]/s,
    },
  );
});

Deno.test("The device cpu convolves in the processor's own blocks", async (t) => {
  const block = await channelBlock();
  if (block === undefined) {
    await t.step({
      name: "skipped: this processor has no blocked convolutions",
      ignore: true,
      fn: () => {},
    });
    return;
  }
  assert.ok([4, 8, 16].includes(block), `block ${block}`);
  using device = await openDevice("cpu");
  using compiled = jit(convolve as never, { device, name: "blocks" });
  const graph = compiled.prepare(
    { x: zeros(X.shape), w: zeros(W.shape) } as never,
  );
  assert.match(printGraph(graph), /BlockedConv/);
});
