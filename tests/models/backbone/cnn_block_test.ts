import * as tf from "@tensorflow/tfjs-core";
import { Rng } from "lib/core/mod.ts";
import { conv3d, linear, silu } from "lib/models/layers/mod.ts";
import { cnnBlock, initCnnBlock } from "lib/models/backbone/cnn_block.ts";
import { assertClose, eagerly, random } from "../_eager.ts";
import { B, branch, closed, D, N, shared, x } from "./_branch.ts";

const grid = { frames: 2, height: 2, width: 2 };

Deno.test("a CNN block with closed gates changes nothing", () => {
  const p = initCnnBlock(new Rng(1), D, 4);
  const y = eagerly(
    { p, x, closed },
    ({ p, x, closed }) => cnnBlock(p, x, { shared: closed, grid }),
  );
  assertClose(y, x, 0);
});

Deno.test("a CNN block adds a gated convolution over the grid, in a bottleneck", () => {
  const p = {
    ...initCnnBlock(new Rng(1), D, 4),
    modulation: random("own", [3, D]),
  };
  const { y, wanted } = eagerly({ p, x, shared }, ({ p, x, shared }) => {
    const own = p.modulation;
    const moved = branch(x, { shared, own, first: 0 }, (z) => {
      const small = tf.reshape(silu(linear(p.down, z)), [B, 2, 2, 2, 4]);
      const mixed = silu(conv3d(p.conv, small));
      return linear(p.up, tf.reshape(mixed, [B, N, 4]));
    });
    return { y: cnnBlock(p, x, { shared, grid }), wanted: tf.add(x, moved) };
  });
  assertClose(y, wanted, 1e-4);
});
