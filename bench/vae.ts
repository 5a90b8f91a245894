import { InputError, Rng } from "lib/core/mod.ts";
import type * as z from "zod";
import { tripleOf, type vaeFlags } from "./flags.ts";
import {
  initReferenceVae,
  REFERENCE_VAE,
  referenceBatch,
  type ReferenceVaeBatch,
  type ReferenceVaeConfig,
  referenceVaeLoss,
  referenceVaeOperations,
  type ReferenceVaeParameters,
} from "./reference_vae.ts";
import type { BenchResult } from "./result.ts";
import { runTraining } from "./run_training.ts";
import type { TrainingCase } from "./training_case.ts";

/** A reference VAE small enough for eager TF.js. */
const SMALL: ReferenceVaeConfig = {
  patch: 2,
  widths: [8, 16, 16],
  latentChannels: 4,
  groups: 8,
  klWeight: 1e-2,
};

/** Training the reference VAE on clips of one size. */
export function vaeCase(
  config: ReferenceVaeConfig,
  clip: readonly [number, number, number],
  batch: number,
): TrainingCase<ReferenceVaeParameters, ReferenceVaeBatch> {
  const rng = new Rng(1);
  return {
    name: "vae",
    parameters: initReferenceVae(config, rng.fork("parameters")),
    batch: referenceBatch(config, clip, batch, rng.fork("batch")),
    lossOf: (parameters, batch) => referenceVaeLoss(parameters, batch, config),
  };
}

/** The case compared with eager TF.js. */
export function smallVaeCase(): ReturnType<typeof vaeCase> {
  return vaeCase(SMALL, [4, 16, 16], 2);
}

/** `deno task bench vae`: forward, loss, gradient and AdamW of the reference VAE. */
export async function benchVae(
  options: z.infer<typeof vaeFlags>,
): Promise<BenchResult> {
  const clip = tripleOf(options.clip);
  const [frames, height, width] = clip;
  const { patch, widths } = REFERENCE_VAE;
  const halvings = 2 ** (widths.length - 1);
  const side = patch * halvings;
  if (frames % halvings || height % side || width % side) {
    throw new InputError(
      `Cannot use --clip: frames must be a multiple of ${halvings}, height ` +
        `and width of ${side}: current value is "${options.clip}"`,
    );
  }
  const cells = options.batch * frames * height * width / patch ** 2;
  return await runTraining({
    full: vaeCase(REFERENCE_VAE, clip, options.batch),
    small: smallVaeCase(),
    model: REFERENCE_VAE,
    sizes: { clip: options.clip, batch: options.batch },
    operations: referenceVaeOperations(REFERENCE_VAE, cells),
  }, options);
}
