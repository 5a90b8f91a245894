import { isNdArray, leavesOf, Rng } from "lib/core/mod.ts";
import { latentStatistics } from "lib/models/vae/mod.ts";
import { VAE_FILE } from "lib/pipeline/mod.ts";
import { DIFFUSION_FILE } from "lib/pipeline/mod.ts";
import { initModels } from "lib/models/text_to_video/mod.ts";
import { PRESETS } from "lib/recipes/presets.ts";
import { saveWeights } from "lib/pipeline/mod.ts";

/** Models of the preset `tiny` that have learned nothing, as if they had. */
export async function untrainedFolder(
  {
    seed = 1,
    diffusionSeed = seed,
    vaeDigest,
    diffusionFile = DIFFUSION_FILE,
    stage = "phase1",
    noise = 0,
  }: {
    readonly seed?: number;
    /** Of text encoder and backbone; that of the VAE if absent. */
    readonly diffusionSeed?: number;
    /** Of the VAE that the diffusion claims to be trained on; its own if absent. */
    readonly vaeDigest?: string;
    readonly diffusionFile?: string;
    readonly stage?: string;
    /** Std of what is added to text encoder and backbone, whose gates are zero. */
    readonly noise?: number;
  } = {},
): Promise<string> {
  const folder = await Deno.makeTempDir();
  const { vae: vaeConfig, text: textConfig, backbone: backboneConfig } =
    PRESETS.tiny;
  const { vae } = initModels(PRESETS.tiny, new Rng(seed));
  const { text, backbone } = initModels(PRESETS.tiny, new Rng(diffusionSeed));
  for (
    const [path, { shape, data }] of leavesOf({ text, backbone }, isNdArray)
  ) {
    if (noise === 0) break;
    const normals = new Rng(seed).fork(path).normals(shape).data;
    for (let i = 0; i < data.length; i++) data[i]! += noise * normals[i]!;
  }
  const digest = await saveWeights(`${folder}/${VAE_FILE}`, {
    parameters: vae,
    statistics: latentStatistics([new Rng(seed).normals([100, 8])]),
  }, { kind: "VideoVAE", config: vaeConfig, stage: "vae", step: 1 });
  await saveWeights(`${folder}/${diffusionFile}`, { text, backbone }, {
    kind: "Diffusion",
    config: {
      text: textConfig,
      backbone: backboneConfig,
      vae: vaeDigest ?? digest,
    },
    stage,
    step: 1,
  });
  return folder;
}
