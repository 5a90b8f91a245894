import { type Clip, type Progress, Rng } from "../../core/mod.ts";
import type { ClipShape } from "../../dataset/batches/mod.ts";
import { decodeClip } from "../../dataset/decode/mod.ts";
import {
  anyVideo,
  type Damage,
  DAMAGES,
  evaluateHeldOut,
  type FeatureNetwork,
  type HeldOutResult,
  type InceptionNetwork,
  type World3dNetwork,
} from "../../evaluation/mod.ts";
import { meanText, short } from "../metrics/short.ts";
import { commonShape, openVideos } from "../metrics/videos.ts";

/** Strengths of the damages: those of the picture are moderate, those of time whole. */
const STRENGTHS: Readonly<Record<Damage, number>> = {
  noise: 0.25,
  blur: 0.25,
  frozen: 1,
  "shuffled frames": 1,
  "reversed clips": 1,
};

/** Which clips are damaged, and what measures them. */
interface VideosOptions {
  /** A folder of videos. */
  readonly data: string;
  /** Clips at most, evenly chosen; one of each video. */
  readonly clips: number;
  readonly frames?: number | undefined;
  readonly fps?: number | undefined;
  readonly size?: string | undefined;
}

/** Networks and resources of the measurement. */
interface VideosHost {
  readonly inception: InceptionNetwork;
  readonly world3d: World3dNetwork;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** What every measure says of whole and damaged clips of a folder. */
export interface VideoSensitivity {
  readonly clips: number;
  readonly shape: ClipShape;
  /** By the name of the damage; the first, `none`, is of the whole clips. */
  readonly results: Readonly<Record<string, HeldOutResult>>;
}

/**
 * Measures whole and damaged clips of a folder by all measures of sets and of
 * motion: does each measure that should move do so, and by how much more than
 * between two halves of the real clips?
 *
 * @throws {InputError} if the folder or a video is not usable
 * @throws {StoppedError} if the signal is aborted
 */
export async function sensitivityOfVideos(
  { data, clips: most, ...flags }: VideosOptions,
  { inception, world3d, progress, signal }: VideosHost,
): Promise<VideoSensitivity> {
  const set = await openVideos(data);
  const step = Math.max(1, set.videos.length / most);
  const videos = set.videos.filter((_, i) =>
    Math.floor(i / step) !== Math.floor((i - 1) / step)
  );
  const shape = commonShape([{ ...set, videos }], flags);
  const real: Clip[] = [];
  for (const { path } of videos) real.push(await decodeClip(path, shape));
  const work = {
    networks: [
      remembering(inception),
      ...(shape.frames >= world3d.shape.frames
        ? [remembering(anyVideo(world3d))]
        : []),
    ] as [FeatureNetwork, ...FeatureNetwork[]],
    pairs: [{
      name: "Inception distance",
      distance: (a: Clip, b: Clip) => inception.distance(a, b),
    }],
    latentFrames: { stride: 4 },
    seed: 0,
    progress,
    signal,
  };
  const results: Record<string, HeldOutResult> = {
    none: await evaluateHeldOut({ real }, work),
  };
  for (const kind of Object.keys(DAMAGES) as Damage[]) {
    const reconstructed = real.map((clip, i) =>
      DAMAGES[kind](clip, STRENGTHS[kind], new Rng(0).fork(`clip ${i}`))
    );
    results[kind] = await evaluateHeldOut({ real, reconstructed }, work);
  }
  return { clips: real.length, shape, results };
}

/** A network that computes the features of a clip once. */
function remembering(network: FeatureNetwork): FeatureNetwork {
  const rows = new WeakMap<Clip, Float32Array>();
  return {
    ...network,
    async featuresOf(clips) {
      const fresh = clips.filter((clip) => !rows.has(clip));
      const found = fresh.length > 0 ? await network.featuresOf(fresh) : [];
      fresh.forEach((clip, i) => rows.set(clip, found[i]!));
      return clips.map((clip) => rows.get(clip)!);
    },
  };
}

/** The measures as a table, a row for each damage. */
export function sensitivityTable(
  { results }: VideoSensitivity,
): { columns: string[]; rows: string[][] } {
  const networks = results.none!.floor.map(({ metric }) => metric);
  return {
    columns: [
      "damage",
      ...networks.flatMap((metric) => [metric, `${metric}, kernel`]),
      "PSNR, dB",
      "SSIM",
      "Inception distance",
      "flicker",
      "smoothness",
      "dynamic degree",
      "change at seams",
    ],
    rows: Object.entries(results).map(([name, result]) => {
      const { floor, distances, reconstruction, motion } = result;
      const { mean, seamChange } = motion.reconstructed ?? motion.real;
      return [
        name === "none" ? "none (halves)" : name,
        ...networks.flatMap((_, i) => {
          const { frechet, kernel } = distances.reconstructed?.[i]?.ofHalf ??
            floor[i]!;
          return [
            short(frechet),
            `${short(kernel.value)}${
              kernel.error === null ? "" : ` ± ${short(kernel.error)}`
            }`,
          ];
        }),
        reconstruction ? meanText(reconstruction.psnr.mean) : "-",
        reconstruction ? short(reconstruction.ssim.mean) : "-",
        ...(reconstruction
          ? Object.values(reconstruction.distances).map(({ mean }) =>
            short(mean)
          )
          : ["-"]),
        short(mean.flicker),
        short(mean.smoothness),
        short(mean.dynamicDegree),
        seamChange.median?.toFixed(2) ?? "-",
      ];
    }),
  };
}
