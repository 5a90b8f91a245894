import { InputError, sameShape } from "../core/mod.ts";
import type { SafetensorsHeader } from "../formats/safetensors/mod.ts";
import type { Ltx2Config } from "./configuration.ts";
import { type Component, componentsOf } from "./inventory/components.ts";
import { isLinearWeight, SCALES } from "./quantisation.ts";

/** A tensor whose shape differs from the configuration's. */
export interface ShapeDifference {
  readonly name: string;
  readonly expected: readonly number[];
  readonly found: readonly number[];
}

/** Comparison of a file with the inventory. */
export interface Comparison {
  /** Tensors of the file. */
  readonly tensors: number;
  /** Bytes of its data, by dtype. */
  readonly bytes: Readonly<Record<string, number>>;
  /** Names that contain "attn". */
  readonly attnNames: number;
  /** Blocks of the transformer whose weights have scales, in order. */
  readonly quantisedBlocks: readonly number[];
  /** Components that the file holds, whole or in part. */
  readonly components: readonly {
    readonly name: string;
    readonly prefix: string;
    readonly tensors: number;
    /** Of the inventory, constants included, which a file may leave out. */
    readonly expected: number;
  }[];
  /** Tensors of those components that are not in the file. */
  readonly missing: readonly string[];
  /** Tensors of the file that the configuration does not contain. */
  readonly extra: readonly string[];
  readonly wrongShape: readonly ShapeDifference[];
  /** Tensors of models that the inventory leaves out, by model. */
  readonly outside: Readonly<Record<string, number>>;
  /** Whether nothing is missing, extra or of another shape. */
  readonly matches: boolean;
}

/** Models in the published file that are no part of this analysis. */
const OUTSIDE = ["audio_vae", "vocoder"];

/**
 * Compares the header of a file with the tensors that follow from the
 * configuration. Components that the file does not hold at all are not missed;
 * the two scales of a quantised weight are expected beside it.
 *
 * @param file Name of the file, for messages.
 *
 * @throws {InputError} if the file holds nothing of LTX-2
 *
 * @example
 * ```ts
 * import { compareHeader, LTX2, textProjectionTensors } from "lib/ltx2/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const name = `text_embedding_projection.${textProjectionTensors(LTX2)[0]!.name}`;
 * const entry = { name, dtype: "F8_E4M3", shape: [3840, 8], begin: 0, end: 30_720 } as const;
 * const comparison = compareHeader({ metadata: {}, entries: [entry] }, LTX2, "projection.safetensors");
 * assert.deepEqual(comparison.wrongShape, [
 *   { name, expected: [3840, 188_160], found: [3840, 8] },
 * ]);
 * assert.equal(comparison.matches, false);
 * ```
 */
export function compareHeader(
  { entries }: SafetensorsHeader,
  config: Ltx2Config,
  file: string,
): Comparison {
  const found = new Map(entries.map((entry) => [entry.name, entry.shape]));
  const present = componentsOf(config)
    .map((component) => ({ component, ...placeOf(component, found) }))
    .filter(({ hits }) => hits > 0);
  if (present.length === 0) {
    throw new InputError(
      `Cannot compare "${file}": it must hold a component of LTX-2: none of ` +
        `its ${entries.length} tensors has a name of one` +
        `${
          entries[0] ? `, the first is ${JSON.stringify(entries[0].name)}` : ""
        }; ` +
        "pass a file of Lightricks/LTX-2 in its own layout, not that of Diffusers",
    );
  }
  const missing: string[] = [];
  const wrongShape: ShapeDifference[] = [];
  const known = new Set<string>();
  const expect = (name: string, expected: readonly number[]): boolean => {
    const shape = found.get(name);
    if (shape === undefined) return false;
    known.add(name);
    if (!sameShape(shape, expected)) {
      wrongShape.push({ name, expected, found: shape });
    }
    return true;
  };
  const quantised = new Set<number>();
  for (const { component, prefix } of present) {
    for (const tensor of component.tensors) {
      const name = prefix + tensor.name;
      if (!expect(name, tensor.shape) && !tensor.constant) missing.push(name);
      if (!isLinearWeight(tensor)) continue;
      const scaled = SCALES.filter((scale) =>
        expect(name.replace(/weight$/, scale), [])
      );
      const block = /^transformer_blocks\.(\d+)\./.exec(tensor.name)?.[1];
      if (scaled.length > 0 && block) quantised.add(Number(block));
    }
  }
  const outside: Record<string, number> = {};
  const extra: string[] = [];
  for (const { name } of entries) {
    if (known.has(name)) continue;
    const model = OUTSIDE.find((model) => name.startsWith(`${model}.`));
    if (model) outside[model] = (outside[model] ?? 0) + 1;
    else extra.push(name);
  }
  const bytes: Record<string, number> = {};
  for (const { dtype, begin, end } of entries) {
    bytes[dtype] = (bytes[dtype] ?? 0) + end - begin;
  }
  return {
    tensors: entries.length,
    bytes,
    attnNames: entries.filter(({ name }) => name.includes("attn")).length,
    quantisedBlocks: [...quantised].sort((a, b) => a - b),
    components: present.map(({ component, prefix, hits }) => ({
      name: component.name,
      prefix,
      tensors: hits,
      expected: component.tensors.length,
    })),
    missing,
    extra,
    wrongShape,
    outside,
    matches: missing.length + extra.length + wrongShape.length === 0,
  };
}

/** The prefix under which a file holds most tensors of a component. */
function placeOf(
  { prefixes, tensors }: Component,
  found: ReadonlyMap<string, unknown>,
): { prefix: string; hits: number } {
  return prefixes
    .map((prefix) => ({
      prefix: prefix as string,
      hits: tensors.filter(({ name }) => found.has(prefix + name)).length,
    }))
    .reduce((best, place) => place.hits > best.hits ? place : best);
}
