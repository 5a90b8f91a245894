import { resolve } from "node:path";
import {
  assertReplaceable,
  assertWritableFolder,
  bytesText,
  firstDifference,
  InputError,
  makeWritableFolder,
  missingFile,
  writeFileAtomically,
} from "../../core/mod.ts";
import { readJsonl } from "../../formats/jsonl/mod.ts";
import { type DiffusionParameters } from "../../models/text_to_video/mod.ts";
import {
  DIFFUSION_FILE,
  latentSpaceOf,
  loadVae,
  readTrainedModels,
  saveWeights,
  type TrainedModels,
  VAE_FILE,
  VOCABULARY_FILE,
} from "../../pipeline/mod.ts";
import { parametersBetween } from "../../trainer/mod.ts";
import { log, runProgram } from "../command_line/mod.ts";
import { packFlags, type PackOptions } from "./options.ts";
import { thinnedMetrics } from "./thinned_metrics.ts";
import { vocabularyOf } from "./vocabulary.ts";

/** How the run went; of each file a small copy is shipped. */
const METRICS_FILE = "metrics.jsonl";
const REPORT_FILE = "report.html";
const FILES = [
  VAE_FILE,
  DIFFUSION_FILE,
  VOCABULARY_FILE,
  METRICS_FILE,
  REPORT_FILE,
];

/** `deno task pack`: the models of a run, small enough to be shipped. */
async function pack(options: PackOptions): Promise<number> {
  const { run, out, overwrite } = options;
  if (resolve(run) === resolve(out)) {
    throw new InputError(
      `Cannot use --out "${out}": it must be another folder than that of --run; ` +
        "choose another with --out",
    );
  }
  await assertReplaceable(
    FILES.map((name) => `${out}/${name}`),
    overwrite,
    "--out",
  );
  await assertWritableFolder(out, "--out", FILES);
  const trained = await readTrainedModels(run);
  const models = options.vae === undefined
    ? trained
    : await withVae(trained, options.vae);
  const metrics = thinnedMetrics(await readJsonl(`${run}/${METRICS_FILE}`));
  const report = await readReport(`${run}/${REPORT_FILE}`);
  const diffusion = await diffusionOf(models, options);
  await makeWritableFolder(out, "--out");
  const half = { dtype: "float16" } as const;
  const { vae, statistics, facts, config } = models;
  const vaeDigest = await saveWeights(
    `${out}/${VAE_FILE}`,
    { parameters: vae, statistics },
    facts.vae,
    half,
  );
  await saveWeights(
    `${out}/${DIFFUSION_FILE}`,
    diffusion,
    {
      ...facts.diffusion,
      ...(options.guidance !== undefined && { guidance: options.guidance }),
      ...(options.sampler !== undefined && { sampler: options.sampler }),
      // Rounded, the VAE is another one, whose latents are the same to the eye.
      config: {
        text: config.text,
        backbone: config.backbone,
        vae: latentSpaceOf({ digest: vaeDigest, facts: facts.vae }),
      },
    },
    half,
  );
  await writeFileAtomically(
    `${out}/${VOCABULARY_FILE}`,
    `${JSON.stringify(await vocabularyOf(run, models))}\n`,
  );
  await writeFileAtomically(
    `${out}/${METRICS_FILE}`,
    metrics.map((record) => `${JSON.stringify(record)}\n`).join(""),
  );
  await writeFileAtomically(`${out}/${REPORT_FILE}`, report);
  for (const name of FILES) {
    const { size } = await Deno.stat(`${out}/${name}`);
    log(`${out}/${name}: ${bytesText(size)}`);
  }
  log(
    `packed models: ${out}; deno task generate --checkpoint ${out} uses them`,
  );
  return 0;
}

async function readReport(path: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw missingFile(path);
    throw error;
  }
}

/**
 * Models with another VAE.
 *
 * @throws {InputError} if its latents are others
 */
async function withVae(
  { config, facts, ...models }: TrainedModels,
  path: string,
): Promise<TrainedModels> {
  const vae = await loadVae(path, config.vae);
  const own = latentSpaceOf({ digest: models.digests.vae, facts: facts.vae });
  if (latentSpaceOf(vae) !== own) {
    throw new InputError(
      `Cannot use --vae "${path}": its latents must be those of the run, ` +
        `${own.slice(0, 8)}: they are ${latentSpaceOf(vae).slice(0, 8)}; ` +
        "train its decoder with --freeze-encoder",
    );
  }
  return {
    ...models,
    config,
    vae: vae.tensors.parameters,
    statistics: vae.tensors.statistics,
    facts: { ...facts, vae: vae.facts },
  };
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
