import { Rng } from "lib/core/mod.ts";
import { initVae, latentStatistics } from "lib/models/vae/mod.ts";
import { PRESETS } from "lib/recipes/presets.ts";
import { saveWeights } from "lib/pipeline/mod.ts";

/** Writes weights of the tiny VAE as they are before training. */
export async function writeTinyVae(path: string): Promise<void> {
  const { vae } = PRESETS.tiny;
  const rng = new Rng(1);
  await saveWeights(path, {
    parameters: initVae(vae, rng),
    statistics: latentStatistics([rng.normals([64, vae.latentChannels])]),
  }, { kind: "VideoVAE", config: vae, stage: "vae", step: 0 });
}
