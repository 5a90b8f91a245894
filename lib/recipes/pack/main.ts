import { InputError, writeFileAtomically } from "../../core/mod.ts";
import { readJsonl } from "../../formats/jsonl/mod.ts";

import {
  type DiffusionParameters,
  firstDifference,
  latentSpaceOf,
  parametersBetween,
  saveWeights,
} from "../../trainer/mod.ts";
import { log, runProgram } from "../command_line/mod.ts";
import {
  DECODER_FILE,
  readTrainedModels,
  type TrainedModels,
  VAE_FILE,
} from "../generate/mod.ts";
import { DIFFUSION_FILE } from "../generate/trained_models.ts";
import { VOCABULARY_FILE } from "../generate/vocabulary.ts";
import { captionWords } from "./caption_words.ts";
import { packFlags, type PackOptions } from "./options.ts";
import { thinnedMetrics } from "./thinned_metrics.ts";

/** How the run went; of each file a small copy is shipped. */
const METRICS_FILE = "metrics.jsonl";
const REPORT_FILE = "report.html";

/** `deno task pack`: the models of a run, small enough to be shipped. */
async function pack(options: PackOptions): Promise<number> {
  const { run, out } = options;
  const models = await readTrainedModels(run);
  await Deno.mkdir(out, { recursive: true });
  const half = { dtype: "float16" } as const;
  const { vae, statistics, facts, config } = models;
  const diffusion = await diffusionOf(models, options);
  const vaeDigest = await saveWeights(
    `${out}/${VAE_FILE}`,
    { parameters: vae, statistics },
    facts.vae,
    half,
  );
  const diffusionDigest = await saveWeights(
    `${out}/${DIFFUSION_FILE}`,
    diffusion,
    {
      ...facts.diffusion,
      // Rounded, the VAE is another one, whose latents are the same to the eye.
      config: {
        text: config.text,
        backbone: config.backbone,
        vae: latentSpaceOf({ digest: vaeDigest, facts: facts.vae }),
      },
    },
    half,
  );
  const decoder = options.before === undefined ? models.decoder : undefined;
  if (decoder) {
    await saveWeights(`${out}/${DECODER_FILE}`, decoder.parameters, {
      ...decoder.facts,
      config: { decoder: decoder.config, diffusion: diffusionDigest },
    }, half);
  } else {
    await removeFile(`${out}/${DECODER_FILE}`);
    if (models.decoder) {
      log(
        `left out: the decoder, which belongs to the run's own weights; train ` +
          "one for the packed models with deno task decoder",
      );
    }
  }
  await writeFileAtomically(
    `${out}/${VOCABULARY_FILE}`,
    `${JSON.stringify(await captionWords())}\n`,
  );
  const metrics = thinnedMetrics(await readJsonl(`${run}/${METRICS_FILE}`));
  await writeFileAtomically(
    `${out}/${METRICS_FILE}`,
    metrics.map((record) => `${JSON.stringify(record)}\n`).join(""),
  );
  await writeFileAtomically(
    `${out}/${REPORT_FILE}`,
    await Deno.readFile(`${run}/${REPORT_FILE}`),
  );
  for (
    const name of [
      VAE_FILE,
      DIFFUSION_FILE,
      ...(decoder ? [DECODER_FILE] : []),
      VOCABULARY_FILE,
      METRICS_FILE,
      REPORT_FILE,
    ]
  ) {
    const { size } = await Deno.stat(`${out}/${name}`);
    log(`${out}/${name}: ${(size / 1e6).toFixed(1)} MB`);
  }
  return 0;
}

/** What is left of models that were packed before would belong to none. */
async function removeFile(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Text encoder and backbone of a run, or between those before it and its own. */
async function diffusionOf(
  { diffusion, config, digests }: TrainedModels,
  { before, share }: PackOptions,
): Promise<DiffusionParameters> {
  if (before === undefined) return diffusion;
  const first = await readTrainedModels(before);
  const changed = firstDifference(
    { ...first.config, latents: first.digests.vae },
    { ...config, latents: digests.vae },
  );
  if (changed) {
    throw new InputError(
      `Cannot use --before "${before}": ${changed.field} of its models must be ` +
        `that of the run, ${changed.after}: current value is ` +
        `${changed.before}; pass the folder that the run was trained on from`,
    );
  }
  return parametersBetween(first.diffusion, diffusion, share);
}

if (import.meta.main) {
  await runProgram({
    usage: "deno task pack",
    purpose: "Packs the models of a run in half precision, to be shipped.",
    flags: packFlags,
    run: pack,
  });
}
