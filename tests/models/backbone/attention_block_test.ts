import * as tf from "@tensorflow/tfjs-core";
import { float32, Rng } from "lib/core/mod.ts";
import { attention, feedForward } from "lib/models/layers/mod.ts";
import {
  attentionBlock,
  initAttentionBlock,
} from "lib/models/backbone/attention_block.ts";
import { assertClose, eagerly, random } from "../_eager.ts";
import { B, branch, closed, D, N, shared, x } from "./_branch.ts";

const HEADS = 2;
const context = {
  tokens: random("context", [B, 3, D]),
  mask: float32([B, 3], [1, 1, 0, 1, 0, 0]),
};
const rotary = { cos: random("cos", [N, 2]), sin: random("sin", [N, 2]) };

Deno.test("an attention block with closed gates changes nothing", () => {
  const p = initAttentionBlock(new Rng(1), D);
  const y = eagerly(
    { p, x, closed, rotary, context },
    ({ p, x, closed, rotary, context }) =>
      attentionBlock(p, x, { shared: closed, rotary, context, heads: HEADS }),
  );
  assertClose(y, x, 0);
});

Deno.test("an attention block adds gated attention, then a gated feed-forward layer", () => {
  const p = {
    ...initAttentionBlock(new Rng(1), D),
    modulation: random("own", [6, D]),
  };
  const { y, wanted } = eagerly(
    { p, x, shared, rotary, context },
    ({ p, x, shared, rotary, context }) => {
      const own = p.modulation;
      const options = { rotary, context, heads: HEADS };
      const seen = tf.add(
        x,
        branch(
          x,
          { shared, own, first: 0 },
          (z) => attention(p.attention, z, options),
        ),
      );
      const moved = branch(
        seen,
        { shared, own, first: 3 },
        (z) => feedForward(p.feedForward, z),
      );
      return {
        y: attentionBlock(p, x, { shared, ...options }),
        wanted: tf.add(seen, moved),
      };
    },
  );
  assertClose(y, wanted, 1e-4);
});
