import type { Tensors } from "lib/models/layers/mod.ts";
import type { PromptTokens } from "lib/models/text/mod.ts";
import * as tf from "@tensorflow/tfjs-core";

/** Two batches of prompts as one. */
export function joinedPrompts(
  first: Tensors<PromptTokens>,
  second: Tensors<PromptTokens>,
): Tensors<PromptTokens> {
  return Object.fromEntries(
    (Object.keys(first) as (keyof PromptTokens)[]).map((name) => [
      name,
      tf.concat([first[name], second[name]]),
    ]),
  ) as Tensors<PromptTokens>;
}
