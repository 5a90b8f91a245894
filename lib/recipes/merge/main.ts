import { dirname, resolve } from "node:path";
import {
  assertReplaceable,
  assertWritableFolder,
  InputError,
  makeWritableFolder,
  writeFileAtomically,
} from "../../core/mod.ts";
import {
  DIFFUSION_FILE,
  readTrainedModels,
  saveWeights,
  VAE_FILE,
  VOCABULARY_FILE,
} from "../../pipeline/mod.ts";
import { log, runProgram } from "../command_line/mod.ts";
import { loraFilesOf } from "../lora.ts";
import { mergeFlags, type MergeOptions } from "./options.ts";

const FILES = [VAE_FILE, DIFFUSION_FILE, VOCABULARY_FILE];

/** `deno task merge`: models with the changes of adapters, as models of their own. */
async function merge(
  { checkpoint: [checkpoint], lora, out, half, overwrite }: MergeOptions,
): Promise<number> {
  const models = await readTrainedModels(checkpoint!, {
    lora: loraFilesOf(lora),
  });
  const folder = dirname(models.file);
  if (resolve(folder) === resolve(out)) {
    throw new InputError(
      `Cannot use --out "${out}": it must be another folder than that of the ` +
        "models; choose another with --out",
    );
  }
  await assertReplaceable(
    FILES.map((name) => `${out}/${name}`),
    overwrite,
    "--out",
  );
  await assertWritableFolder(out, "--out", FILES);
  await makeWritableFolder(out, "--out");
  // The VAE as it is: with other numbers its latents would be others.
  await writeFileAtomically(
    `${out}/${VAE_FILE}`,
    await Deno.readFile(`${folder}/${VAE_FILE}`),
  );
  await saveWeights(
    `${out}/${DIFFUSION_FILE}`,
    models.diffusion,
    models.facts.diffusion,
    half ? { dtype: "float16" } : {},
  );
  if (models.vocabulary) {
    await writeFileAtomically(
      `${out}/${VOCABULARY_FILE}`,
      `${JSON.stringify(models.vocabulary)}\n`,
    );
  }
  log(
    `merged models: ${out}; deno task generate --checkpoint ${out} uses them`,
  );
  return 0;
}

if (import.meta.main) {
  await runProgram({
    usage: "deno task merge",
    purpose:
      "Makes models of their own from trained models and adapters that phases with --lora trained on them.",
    flags: mergeFlags,
    run: merge,
  });
}
