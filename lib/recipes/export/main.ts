import { dirname } from "node:path";
import {
  assertReplaceable,
  bytesText,
  InputError,
  makeWritableFolder,
} from "../../core/mod.ts";
import { clipTokens } from "../../models/text_to_video/mod.ts";
import type { GridSize } from "../../models/vae/mod.ts";
import {
  readTrainedModels,
  SHIPPED,
  trainedShape,
} from "../../pipeline/mod.ts";
import { log, runProgram } from "../command_line/mod.ts";
import { firstClipOf } from "../curriculum.ts";
import { givenModel } from "../own_model.ts";
import { vocabularyOf } from "../pack/vocabulary.ts";
import { PRESETS } from "../presets.ts";
import {
  EXPORTED_FILES,
  exportModels,
  type ExportOptions,
  freshModels,
} from "./export.ts";
import { type ExportFlags, exportFlags } from "./options.ts";

/** `deno task export`: the models for other programs. */
async function exportRun(
  flags: ExportFlags,
): Promise<number> {
  const { checkpoint, preset, out, overwrite, clip: given, batch } = flags;
  const { models, source, trained } = await modelsOf(flags);
  const clip = given ?? trained;
  // Before a folder is made: a wrong size must leave nothing behind.
  clipTokens(models.config, clip);
  await assertReplaceable(
    EXPORTED_FILES.map((name) => `${out}/${name}`),
    overwrite,
    "--out",
  );
  await makeWritableFolder(out, "--out", EXPORTED_FILES);
  log(
    `${
      preset === undefined ? checkpoint ?? SHIPPED : `untrained ${preset}`
    }, ` +
      `for clips of ${clip.frames}x${clip.height}x${clip.width} ` +
      "(frames x height x width)" +
      (given === undefined && preset === undefined
        ? ", as the models were trained"
        : ""),
  );
  await exportModels({
    models,
    source,
    folder: out,
    clip,
    batch,
    onFile: (name, bytes) => log(`${out}/${name}: ${bytesText(bytes)}`),
  });
  log(`exported models: ${out}`);
  return 0;
}

async function modelsOf(
  { checkpoint, model, preset, seed }: ExportFlags,
): Promise<
  Pick<ExportOptions, "models" | "source"> & { readonly trained: GridSize }
> {
  if (checkpoint !== undefined && preset !== undefined) {
    throw new InputError(
      "Cannot export: there must be --checkpoint or --preset: there are both; " +
        "leave one out",
    );
  }
  if (preset !== undefined) {
    return {
      models: freshModels(PRESETS[preset], seed),
      source: { trained: false, seed },
      trained: firstClipOf(preset),
    };
  }
  const models = await readTrainedModels(checkpoint ?? SHIPPED, {
    model: await givenModel(model),
    log,
  });
  const vocabulary = await vocabularyOf(dirname(models.file), models);
  return {
    models: { ...models, vocabulary },
    source: { trained: true, ...models.facts },
    trained: trainedShape(models.facts.diffusion),
  };
}

if (import.meta.main) {
  await runProgram({
    usage: "deno task export",
    purpose:
      "Writes the models for other programs: safetensors with their configuration, ONNX, and a tokenizer with its reader in Python.",
    flags: exportFlags,
    run: exportRun,
  });
}
