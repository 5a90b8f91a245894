import { isNdArray, leavesOf, type NdArray, Rng } from "../../core/mod.ts";
import {
  batchOfClips,
  type Clip,
  writeFileAtomically,
} from "../../core/mod.ts";
import type { Device } from "../../compiler/mod.ts";
import type { ClipShape } from "../../dataset/batches/mod.ts";
import { contactSheet, writeMp4, writePng } from "../../dataset/encode/mod.ts";
import type { ExportedModels } from "../export/export.ts";
import { writeSafetensors } from "../../formats/safetensors/mod.ts";
import { latentSizeOf } from "../../models/vae/mod.ts";
import { openPipeline } from "../../pipeline/mod.ts";

/** Largest difference of a pixel in [0,1] that another implementation may have. */
const TOLERANCE = 1e-3;
/** Settings that the twin in PyTorch knows too. */
const SETTINGS = { steps: 10, guidance: 4, sampler: "heun" } as const;

/**
 * Draws the samples of a release: videos to look at, and the numbers of noise
 * and clips, by which other implementations are checked.
 *
 * @param folder Of the samples; it exists.
 */
export async function writeSamples(
  folder: string,
  prompts: readonly string[],
  shape: ClipShape,
  models: ExportedModels,
  device: Device,
): Promise<void> {
  const { frames, height, width } = latentSizeOf(models.config.vae, shape);
  const noise = new Rng(1).normals([
    ...[prompts.length, frames, height, width],
    models.config.vae.latentChannels,
  ]);
  using pipeline = await openPipeline(device, models);
  const clips = await pipeline.generate({
    ...{ ...shape, ...SETTINGS },
    ...{ prompts, noise, seed: 1 },
  });
  await writeSafetensors(
    `${folder}/samples.safetensors`,
    leavesOf({ noise, clips: batchOfClips(clips) as NdArray }, isNdArray),
    {},
  );
  const { fps } = shape;
  await writeFileAtomically(
    `${folder}/samples.json`,
    `${
      JSON.stringify(
        { prompts, fps, ...SETTINGS, tolerance: TOLERANCE },
        null,
        2,
      )
    }\n`,
  );
  await writeVideos(folder, prompts, clips);
}

async function writeVideos(
  folder: string,
  prompts: readonly string[],
  clips: readonly Clip[],
): Promise<void> {
  for (const [i, clip] of clips.entries()) {
    await writeMp4(`${folder}/${i + 1}.mp4`, clip);
  }
  const rows = clips.map((clip, i) => ({ label: prompts[i]!, clip }));
  await writePng(
    `${folder}/samples.png`,
    await contactSheet(rows, { scale: 2 }),
  );
}
