import { InputError, makeWritableFolder } from "../../core/mod.ts";
import { latentSizeOf } from "../../models/vae/mod.ts";
import { readTrainedModels } from "../../pipeline/mod.ts";
import { log, runProgram } from "../command_line/mod.ts";
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
  { checkpoint, preset, out, clip, batch, seed }: ExportFlags,
): Promise<number> {
  const { models, source } = await modelsOf(checkpoint, preset, seed);
  // Before a folder is made: a wrong size must leave nothing behind.
  latentSizeOf(models.config.vae, clip);
  await makeWritableFolder(out, "--out", EXPORTED_FILES);
  await exportModels({
    models,
    source,
    folder: out,
    clip,
    batch,
    onFile: (name, bytes) =>
      log(`${out}/${name}: ${(bytes / 1e6).toFixed(1)} MB`),
  });
  return 0;
}

async function modelsOf(
  checkpoint: string | undefined,
  preset: ExportFlags["preset"],
  seed: number,
): Promise<Pick<ExportOptions, "models" | "source">> {
  if (checkpoint !== undefined && preset === undefined) {
    const models = await readTrainedModels(checkpoint);
    return { models, source: { trained: true, ...models.facts } };
  }
  if (checkpoint === undefined && preset !== undefined) {
    const models = freshModels(PRESETS[preset], seed);
    return { models, source: { trained: false, seed } };
  }
  throw new InputError(
    "Cannot export: there must be --checkpoint or --preset: there " +
      (preset === undefined ? "is neither" : "are both") +
      "; pass --checkpoint with the folder of a run",
  );
}

if (import.meta.main) {
  await runProgram({
    usage: "deno task export",
    purpose:
      "Writes the models for other programs: safetensors with their configuration, and ONNX.",
    flags: exportFlags,
    run: exportRun,
  });
}
