import { InputError } from "../../core/mod.ts";

/**
 * Names of parts of text encoder and backbone that adapters may have, as
 * patterns of parameter paths.
 */
export const LORA_TARGETS: Readonly<Record<string, RegExp>> = {
  /** All linear layers and convolutions of the backbone's blocks. */
  blocks: /^backbone\/(layers|cells\/(before|after))\//,
  attention: /^backbone\/layers\/\w+\/(attention|textAttention)\//,
  feedForward: /^backbone\/layers\/\w+\/feedForward\//,
  cnn: /^backbone\/(layers|cells\/(before|after))\/\w+\/(down|conv|up)\//,
  promptMlp: /^backbone\/promptMlp\//,
  /** The layers of the text encoder. */
  text: /^text\/(layers|crossModal)\//,
};

/** What is adapted where nothing else is asked for. */
export const DEFAULT_LORA_TARGETS: readonly string[] = ["blocks"];

/** A parameter with its path. */
type Leaf<T> = readonly [path: string, leaf: T];

/**
 * The parameters that targets name, in their order: weights of linear layers and
 * convolutions. A target is one of {@link LORA_TARGETS}, or the beginning of
 * paths, whole names in a row.
 *
 * @throws {InputError} naming a target that names none
 *
 * @example
 * ```ts
 * import { loraTargets } from "lib/models/lora/mod.ts";
 * import assert from "node:assert/strict";
 *
 * type Shaped = { readonly shape: readonly number[] };
 * const leaves: readonly (readonly [string, Shaped])[] = [
 *   ["backbone/input/weight", { shape: [4, 8] }],
 *   ["backbone/layers/block00/attention/out/weight", { shape: [8, 8] }],
 *   ["backbone/layers/block00/attention/out/bias", { shape: [8] }],
 * ];
 * assert.deepEqual(loraTargets(leaves, ["attention"]), [leaves[1]]);
 * assert.deepEqual(loraTargets(leaves, ["backbone/input"]), [leaves[0]]);
 * ```
 */
export function loraTargets<T extends { readonly shape: readonly number[] }>(
  leaves: readonly Leaf<T>[],
  targets: readonly string[],
): Leaf<T>[] {
  const weights = leaves.filter(([path, { shape }]) =>
    shape.length >= 2 && path.endsWith("/weight")
  );
  const chosen = new Set<string>();
  for (const target of targets) {
    const pattern = Object.hasOwn(LORA_TARGETS, target)
      ? LORA_TARGETS[target]!
      : undefined;
    const named = weights.filter(([path]) =>
      pattern ? pattern.test(path) : path.startsWith(`${target}/`)
    );
    if (named.length === 0) throw noWeights(target, weights);
    for (const [path] of named) chosen.add(path);
  }
  return weights.filter(([path]) => chosen.has(path));
}

function noWeights(
  target: string,
  weights: readonly Leaf<unknown>[],
): InputError {
  const example = weights[0]?.[0].replace(/\/weight$/, "") ?? "none";
  return new InputError(
    `Cannot adapt a model: each target must name linear layers of it: ` +
      `"${target}" names none; targets are ` +
      `${Object.keys(LORA_TARGETS).join(", ")}, or the beginning of a path ` +
      `such as ${example}`,
  );
}
