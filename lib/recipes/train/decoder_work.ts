import { join, parse } from "node:path";
import { InputError, writeFileAtomically } from "../../core/mod.ts";
import { checkConfig } from "../../trainer/mod.ts";
import {
  loadDecoder,
  readTrainedModels,
  type TrainedDecoder,
  type TrainedModels,
  VAE_FILE,
  VOCABULARY_FILE,
} from "../generate/mod.ts";
import { DECODERS } from "../presets.ts";
import { modelsOf } from "./models.ts";
import { exists, type Run } from "./run.ts";

/** What a decoder is trained with. */
export interface DecoderWork {
  /** Those that it comes after. */
  readonly models: TrainedModels;
  /** What it begins with, if not anew. */
  readonly given?: TrainedDecoder;
}

/**
 * What a decoder is to be trained with, found out before a folder is made.
 *
 * @throws {InputError} if there are no trained models, they or the decoder to
 *   begin with are not those of the preset, or the run holds other models
 */
export async function decoderWorkOf(
  options: Run["options"],
): Promise<DecoderWork> {
  const { run, finetune, preset, resumePhase } = options;
  if (resumePhase !== undefined) {
    throw new InputError(
      "Cannot train a decoder: --resume-phase must be left out: current value " +
        `is ${resumePhase}; to begin the decoder again, choose another --run ` +
        `with --finetune ${run}`,
    );
  }
  const models = await readTrainedModels(finetune ?? run);
  checkConfig(models.file, models.config, modelsOf(options));
  if (isElsewhere(options)) await assertRunHoldsNoOther(run, models);
  if (options.decoder === undefined) return { models };
  const given = await loadDecoder(options.decoder, models.config);
  const { sprite, ...rest } = DECODERS[preset];
  // One that was trained before it had a sprite may get one.
  checkConfig(options.decoder, given.config, {
    ...rest,
    ...(given.config.sprite && { sprite }),
  });
  return { models, given };
}

/** Whether the models are those of another folder than the run's. */
function isElsewhere({ finetune, run }: Run["options"]): boolean {
  return finetune !== undefined && finetune !== run;
}

/** @throws {InputError} if the folder of the run has models, and not these */
async function assertRunHoldsNoOther(
  run: string,
  { digests }: TrainedModels,
): Promise<void> {
  const own = await readTrainedModels(run).catch((error) => {
    if (error instanceof InputError) return undefined; // none, or not whole
    throw error;
  });
  if (!own || own.digests.diffusion === digests.diffusion) return;
  throw new InputError(
    `Cannot train a decoder in "${run}": the models there must be those of ` +
      `--finetune: "${own.file}" holds others; choose another folder with --run`,
  );
}

/** Leaves what the decoder comes after beside it, so that the run is whole. */
export async function keepModels(
  { options, folder }: Run,
  models: TrainedModels,
): Promise<void> {
  if (!isElsewhere(options)) return;
  const { dir, base: diffusion } = parse(models.file);
  for (const name of [VOCABULARY_FILE, VAE_FILE, diffusion]) {
    const from = join(dir, name);
    if (await exists(`${folder}/${name}`) || !await exists(from)) continue;
    await writeFileAtomically(`${folder}/${name}`, await Deno.readFile(from));
  }
}
