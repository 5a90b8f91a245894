import * as tf from "@tensorflow/tfjs-core";
import { Rng } from "lib/core/mod.ts";
import { conv3d, rmsNorm, silu } from "lib/models/layers/mod.ts";
import {
  initResidualBlock,
  residualBlock,
} from "lib/models/vae/residual_block.ts";
import { assertClose, eagerly, random } from "../_eager.ts";

Deno.test("residualBlock() starts as the identity", () => {
  const p = initResidualBlock(new Rng(1), 8);
  const x = random("x", [1, 2, 2, 2, 8]);
  const y = eagerly({ p, x }, ({ p, x }) => residualBlock(p, x));
  assertClose(y, x, 0);
});

Deno.test("residualBlock() adds norm, SiLU and convolution, twice", () => {
  const p = {
    ...initResidualBlock(new Rng(1), 8),
    norm1: { scale: random("scale 1", [8]) },
    norm2: { scale: random("scale 2", [8]) },
    conv2: {
      weight: random("weight", [3, 3, 3, 8, 8]),
      bias: random("bias", [8]),
    },
  };
  const x = random("x", [1, 2, 2, 2, 8]);
  const { y, wanted } = eagerly({ p, x }, ({ p, x }) => {
    const first = conv3d(p.conv1, silu(rmsNorm(p.norm1, x)));
    const second = conv3d(p.conv2, silu(rmsNorm(p.norm2, first)));
    return { y: residualBlock(p, x), wanted: tf.add(x, second) };
  });
  assertClose(y, wanted, 1e-5);
});
