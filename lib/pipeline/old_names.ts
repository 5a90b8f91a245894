import type { NdArray } from "../core/mod.ts";

/** Parameter paths of earlier versions, whole names in a row, and those of today. */
const PATHS: Readonly<Record<string, string>> = {
  "backbone/memory/hear": "backbone/promptMlp/fc1",
  "backbone/memory/tell": "backbone/promptMlp/fc2",
  "backbone/memory/say": "backbone/promptMlp/proj",
  "balance": "klWeightLogit",
  "readers": "classifiers",
  "statistics/deviation": "statistics/std",
};

/** Fields of configurations of earlier versions, and those of today. */
const FIELDS: ReadonlyMap<string, string> = new Map([
  ["decoderOf", "freezeEncoder"],
  ["memory", "pooledContextTokens"],
  ["reach", "attentionWindow"],
  ["reading", "textConditioning"],
  ["textRate", "textLrScale"],
  ["wordless", "wordEmbeddings"],
]);

/** Values that changed, after the name that their field has today. */
const VALUES: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["prediction=data", "x0"],
  ["wordEmbeddings=true", false],
]);

/**
 * Renames tensors of a file that an earlier version wrote; their order stays.
 *
 * @example
 * ```ts
 * import { scalar } from "lib/core/mod.ts";
 * import { renamedTensors } from "lib/pipeline/old_names.ts";
 * import assert from "node:assert/strict";
 *
 * const tensors = new Map([["parameters/balance", scalar(1)]]);
 * assert.deepEqual([...renamedTensors(tensors).keys()], ["parameters/klWeightLogit"]);
 * ```
 */
export function renamedTensors(
  tensors: ReadonlyMap<string, NdArray>,
): Map<string, NdArray> {
  return new Map(
    [...tensors].map(([path, array]) => {
      const name = Object.entries(PATHS).reduce(
        (name, [old, now]) => name.replace(`/${old}/`, `/${now}/`),
        `/${path}/`,
      );
      return [name.slice(1, -1), array];
    }),
  );
}

/**
 * A configuration that an earlier version wrote, with the fields of today.
 *
 * @param config Plain JSON.
 *
 * @example
 * ```ts
 * import { renamedConfig } from "lib/pipeline/old_names.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(renamedConfig({ width: 8, wordless: true }), { width: 8, wordEmbeddings: false });
 * ```
 */
export function renamedConfig(config: unknown): unknown {
  if (Array.isArray(config)) return config.map(renamedConfig);
  if (config === null || typeof config !== "object") return config;
  return Object.fromEntries(
    Object.entries(config).map(([field, value]) => {
      const name = FIELDS.get(field) ?? field;
      return [name, VALUES.get(`${name}=${value}`) ?? renamedConfig(value)];
    }),
  );
}
