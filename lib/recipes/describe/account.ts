import { flopsOf, trace } from "../../compiler/mod.ts";
import {
  isNdArray,
  leavesOf,
  type NdArray,
  shapeText,
  sizeOf,
} from "../../core/mod.ts";
import type { ModelFunction } from "../../models/text_to_video/mod.ts";

/** What a part of a model is made of and costs. */
export interface Part {
  /** Its own name: `conv1`. */
  readonly name: string;
  /** Numbers in it and in all its parts. */
  readonly parameters: number;
  /** Floating-point operations in it and in all its parts, at one call. */
  readonly flops: number;
  /** Its own tensors, by name, with their shapes. */
  readonly tensors: readonly (readonly [name: string, shape: string])[];
  readonly parts: readonly Part[];
}

/** The nodes of a graph. */
type Node = ReturnType<typeof trace>["nodes"][number];

/**
 * Operations of each part of a model at one call, matrix products and
 * convolutions, counted in the traced graph. A product of weights belongs to
 * the part that holds them; one of two results, such as the scores of an
 * attention, to the part around the weights that made its left side.
 *
 * @returns operations by the path of the part, those of its parts not included.
 *
 * @example
 * ```ts
 * import { flopsByPart } from "lib/recipes/describe/account.ts";
 * import { metaInit } from "lib/models/layers/mod.ts";
 * import { initModel, modelFunctions } from "lib/models/text_to_video/mod.ts";
 * import { PRESETS } from "lib/recipes/presets.ts";
 * import assert from "node:assert/strict";
 *
 * const clip = { frames: 4, height: 16, width: 16 };
 * const { vaeEncoder } = modelFunctions(PRESETS.tiny, clip, 1);
 * const vae = initModel("vae", PRESETS.tiny, metaInit());
 * // 1 cell, 32 channels to means and variances of 8.
 * assert.equal(flopsByPart(vaeEncoder, vae).get("encoder/output"), 2 * 32 * 16);
 * ```
 */
export function flopsByPart(
  { inputs, call }: ModelFunction,
  parameters: unknown,
): Map<string, number> {
  const graph = trace(
    (all: { readonly parameters: unknown; readonly inputs: unknown }) =>
      call(all.parameters as never, all.inputs as never),
    { parameters, inputs },
  );
  const flops = new Map<string, number>();
  const madeBy = new Map<Node, string>();
  for (const node of graph.nodes) {
    const [left, right] = node.inputs;
    const count = flopsOf({ ...graph, nodes: [node] });
    const own = count === 0 ? undefined : weightsOf(right!);
    const part = own ?? (left && madeBy.get(left));
    if (count > 0) {
      // Not of weights: of the part around, `attention` of `attention/qkv`.
      const path = own ?? parentOf(part ?? "");
      flops.set(path, (flops.get(path) ?? 0) + count);
    }
    if (part !== undefined) madeBy.set(node, part);
  }
  return flops;
}

const PARAMETERS = "parameters/";

/** The part whose weights a value is, seen through changes of form. */
function weightsOf(node: Node): string | undefined {
  if (node.op === "Input") {
    const { name } = node.attributes;
    return name.startsWith(PARAMETERS)
      ? parentOf(name.slice(PARAMETERS.length))
      : undefined;
  }
  return FORMS.has(node.op) ? weightsOf(node.inputs[0]!) : undefined;
}

/** Operations that change how values lie and not what they are. */
const FORMS: ReadonlySet<string> = new Set([
  "Reshape",
  "Transpose",
  "Slice",
  "Cast",
]);

function parentOf(path: string): string {
  return path.split("/").slice(0, -1).join("/");
}

/**
 * A model as a tree of parts.
 *
 * @param flops Operations by path, from {@link flopsByPart}.
 *
 * @example
 * ```ts
 * import { partsOf } from "lib/recipes/describe/account.ts";
 * import { zeros } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const model = { up: { weight: zeros([2, 3]) } };
 * const { parameters, flops } = partsOf(model, new Map([["up", 12]]), "model");
 * assert.deepEqual([parameters, flops], [6, 12]);
 * ```
 */
export function partsOf(
  parameters: unknown,
  flops: ReadonlyMap<string, number>,
  name: string,
  path = "",
): Part {
  const entries = Object.entries(parameters as Record<string, unknown>);
  const parts = entries.flatMap(([child, value]) =>
    isNdArray(value)
      ? []
      : [partsOf(value, flops, child, path === "" ? child : `${path}/${child}`)]
  );
  const tensors = entries.flatMap(([child, value]) =>
    isNdArray(value) ? [[child, shapeText(value.shape)] as const] : []
  );
  const sum = (of: (part: Part) => number): number =>
    parts.reduce((total, part) => total + of(part), 0);
  return {
    name,
    parameters: countNumbers(parameters),
    flops: (flops.get(path) ?? 0) + sum((part) => part.flops),
    tensors,
    parts,
  };
}

/**
 * Numbers in a tree of parameters.
 *
 * @example
 * ```ts
 * import { countNumbers } from "lib/recipes/describe/account.ts";
 * import { zeros } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(countNumbers({ a: zeros([2, 3]), b: { c: zeros([]) } }), 7);
 * ```
 */
export function countNumbers(parameters: unknown): number {
  return leavesOf<NdArray>(parameters, isNdArray)
    .reduce((sum, [, { shape }]) => sum + sizeOf(shape), 0);
}
