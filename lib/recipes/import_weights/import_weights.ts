import { dirname } from "node:path";
import {
  checkedJson,
  float32,
  isNdArray,
  leavesOf,
  missingFile,
  type NdArray,
  readCheckedJson,
  treeFrom,
  zeros,
} from "../../core/mod.ts";
import { metaInit } from "../../models/layers/mod.ts";
import { initLtxVae, ltxVaeConfigSchema } from "../../models/ltx_vae/mod.ts";
import { initModel } from "../../models/text_to_video/mod.ts";
import { loadOwnModel, saveWeights } from "../../pipeline/mod.ts";
import { LTX_MODULE } from "../train/ltx_vae.ts";
import { PRESETS } from "../presets.ts";
import { openForeign } from "./foreign_file.ts";
import { mappingSchema, mapTensors } from "./mapping.ts";
import type { ImportFlags } from "./options.ts";

const LTX_VAE = new URL("ltx_vae.json", import.meta.url);

/** What weights become: their kind, configuration, names and shapes. */
interface Target {
  readonly kind: string;
  readonly config: unknown;
  readonly form: Map<string, readonly number[]>;
}

/** What was imported. */
export interface Imported {
  /** The model's tree of arrays. */
  readonly weights: unknown;
  readonly config: unknown;
  readonly tensors: number;
  readonly parameters: number;
}

/**
 * Writes foreign weights as ours, every name and shape checked.
 *
 * @throws {InputError} naming the file and the tensor or field
 */
export async function importWeights(flags: ImportFlags): Promise<Imported> {
  const path = flags.file[0]!;
  const mapping = checkedJson(
    await Deno.readTextFile(flags.map ?? LTX_VAE),
    mappingSchema,
    `"${flags.map ?? "ltx_vae.json"}"`,
    "correct the mapping",
  );
  const { kind, config, form } = await targetOf(flags);
  using file = await openForeign(path);
  // Older files have none; their latents are taken as they are.
  for (const name of ["mean", "std"]) {
    if (!file.tensors.has(`latents_${name}`)) form.delete(`statistics/${name}`);
  }
  const tensors = mapTensors(file.tensors, mapping, form, path);
  const weights = {
    ...treeFrom<NdArray>(tensors) as object,
    ...(flags.model === "ltx-vae" && !tensors.has("statistics/std") && {
      statistics: standard(form.get("parameters/decoder/input/weight")![3]!),
    }),
  };
  await saveWeights(flags.out, weights, {
    ...{ kind, config, stage: "imported", step: 0 },
    ...(flags.model === "ltx-vae" && {
      module: (await loadOwnModel(LTX_MODULE)).reference,
    }),
  });
  return {
    weights,
    config,
    tensors: tensors.size,
    parameters: [...tensors.values()].reduce(
      (sum, { data }) => sum + data.length,
      0,
    ),
  };
}

/** Statistics of latents of variance one. */
function standard(channels: number): Record<string, NdArray> {
  const ones = new Float32Array(channels).fill(1);
  return { mean: zeros([channels]), std: float32([channels], ones) };
}

async function targetOf(
  { file, model, config: given, preset }: ImportFlags,
): Promise<Target> {
  const shapes = (tree: unknown): Target["form"] =>
    new Map(
      leavesOf(tree, isNdArray).map(([name, { shape }]) => [name, shape]),
    );
  if (model === "ltx-vae") {
    const path = given ?? `${dirname(file[0]!)}/config.json`;
    const config = await readCheckedJson(
      path,
      ltxVaeConfigSchema,
      "pass the config.json of these weights by --config",
    );
    if (config === undefined) throw missingFile(path);
    const parameters = initLtxVae(config, metaInit());
    return {
      kind: "VideoVAE",
      config: { own: config },
      form: shapes({ parameters, statistics: standard(config.latentChannels) }),
    };
  }
  const models = PRESETS[preset];
  const parameters = initModel(model, models, metaInit());
  const kinds = {
    vae: "VideoVAE",
    text: "MultilingualTextEncoder",
    backbone: "HybridBackbone",
  };
  return {
    kind: kinds[model],
    config: models[model],
    form: shapes(
      model === "vae"
        ? { parameters, statistics: standard(models.vae.latentChannels) }
        : parameters,
    ),
  };
}
