import { metaInit } from "../../models/layers/mod.ts";
import { averageAfterwards, loadSnapshots } from "../../trainer/mod.ts";
import { type DiffusionParameters } from "../../models/text_to_video/mod.ts";
import { latentSpaceOf } from "../../pipeline/mod.ts";
import { loadWeights, saveWeights } from "../../pipeline/mod.ts";
import { initModels } from "../../models/text_to_video/mod.ts";
import { PRESETS } from "../presets.ts";
import { loadVae } from "../../pipeline/mod.ts";
import type { AverageOptions } from "./options.ts";

/**
 * Makes the weights of a phase anew, as an average of another length, from the
 * snapshots that training left.
 *
 * @returns the file that was written.
 * @throws {InputError} if the phase is not done, or left no snapshots
 */
export async function averagePhase(
  { run, preset, phase, std, out }: AverageOptions,
): Promise<string> {
  const models = PRESETS[preset];
  const { text, backbone } = initModels(models, metaInit());
  const vae = await loadVae(`${run}/vae.safetensors`, models.vae);
  const config = {
    text: models.text,
    backbone: models.backbone,
    vae: latentSpaceOf(vae),
  };
  const { facts } = await loadWeights(`${run}/phase${phase}.safetensors`, {
    kind: "Diffusion",
    config,
    form: { text, backbone },
  });
  const snapshots = await loadSnapshots<DiffusionParameters>(
    `${run}/phase${phase}`,
  );
  const { score: _, ...rest } = facts; // it is that of other weights
  const path = out ?? `${run}/phase${phase}-average-${std}.safetensors`;
  await saveWeights(
    path,
    averageAfterwards(snapshots, std, facts.step),
    { ...rest, average: String(std) },
  );
  return path;
}
