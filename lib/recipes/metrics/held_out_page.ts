import type { Clip } from "../../core/mod.ts";
import type {
  HeldOutClips,
  HeldOutResult,
  Neighbour,
} from "../../evaluation/mod.ts";
import { htmlReport, type Medium } from "../../trainer/report/mod.ts";
import { clipsBeside } from "../evaluate/side_by_side.ts";
import { heldOutTables } from "./held_out_tables.ts";

/** Generated clips that the page shows. */
const SHOWN = 12;

/**
 * An evaluation on held-out video as one page: its tables, and generated clips
 * beside the real ones of the same place and their nearest training clips, those
 * nearest to one first.
 *
 * @param clips The clips of the evaluation.
 */
export async function heldOutPage(
  result: HeldOutResult,
  clips: HeldOutClips,
): Promise<string> {
  const { real } = clips;
  const { frames, height, width, fps } = real[0]!;
  return htmlReport({
    title: "Evaluation on held-out video",
    subtitle: `${frames} frames of ${width}x${height} at ${fps} fps`,
    facts: [
      ["Real clips", String(real.length)],
      ["Generated clips", String(clips.generated?.length ?? 0)],
      ["Training clips", String(clips.training?.count ?? 0)],
    ],
    verdicts: [],
    tables: heldOutTables(result),
    curves: [],
    media: await mediaOf(result, clips),
  });
}

async function mediaOf(
  { nearest }: HeldOutResult,
  { real, reconstructed, generated = [], training }: HeldOutClips,
): Promise<Medium[]> {
  const shown: readonly (Pick<Neighbour, "clip"> & Partial<Neighbour>)[] =
    (nearest?.generated ?? generated.map((_, clip) => ({ clip })))
      .slice(0, SHOWN);
  const media = [];
  for (const { clip, training: near, distance, psnr } of shown) {
    const row: { name: string; clip: Clip | undefined }[] = [
      { name: "real", clip: real[clip] },
      { name: "real, through the VAE", clip: reconstructed?.[clip] },
      { name: "generated", clip: generated[clip] },
      {
        name: `training clip ${near}, the nearest`,
        clip: near === undefined ? undefined : await training?.clipAt(near),
      },
    ];
    media.push(
      await clipsBeside(
        `clip ${clip}`,
        row.filter((one): one is { name: string; clip: Clip } =>
          one.clip !== undefined
        ),
        distance === undefined
          ? "no training clips were given"
          : `distance ${distance.toFixed(2)}, ${
            psnr ? `${psnr.toFixed(1)} dB` : "equal"
          }`,
      ),
    );
  }
  return media;
}
