import assert from "node:assert/strict";
import { InputError, isNdArray, leavesOf } from "lib/core/mod.ts";
import { metaInit } from "lib/models/layers/mod.ts";
import { loraTargets } from "lib/models/lora/mod.ts";
import { initModels } from "lib/models/text_to_video/mod.ts";
import { PRESETS } from "lib/recipes/presets.ts";

const { text, backbone } = initModels(PRESETS.tiny, metaInit());
const leaves = leavesOf({ text, backbone }, isNdArray);

/** Paths of the weights of targets, without their last name. */
function named(...targets: string[]): string[] {
  return loraTargets(leaves, targets)
    .map(([path]) => path.replace(/\/weight$/, ""));
}

Deno.test("loraTargets() names the linear layers and convolutions of the blocks", () => {
  const layers = [
    ...["block00", "block01"].flatMap((block) =>
      ["attention/qkv", "attention/out", "feedForward/up", "feedForward/down"]
        .map((layer) => `${block}/${layer}`)
    ),
    ...["down", "conv", "up"].map((layer) => `block02/${layer}`),
  ].map((path) => `backbone/layers/${path}`);
  assert.deepEqual(named("blocks"), layers);
  assert.deepEqual(named("cnn"), layers.slice(8));
  assert.deepEqual(
    named("attention", "feedForward", "cnn"),
    named("blocks"),
    "each once, in the order of the model",
  );
  assert.ok(named("text").every((path) => path.startsWith("text/")));
  assert.deepEqual(named("backbone/output"), ["backbone/output"]);
});

Deno.test("loraTargets() refuses a target that names no weights", () => {
  assert.throws(
    () => named("attention", "backbone/words"),
    (error) =>
      error instanceof InputError &&
      /each target must name linear layers of it: "backbone\/words" names none; targets are blocks, attention, feedForward, cnn, promptMlp, text, or the beginning of a path such as text\/layers\/layer00\/attention\/qkv$/
        .test(error.message),
  );
  assert.throws(() => named("constructor"), /"constructor" names none/);
});
