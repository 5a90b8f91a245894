import { openDevice } from "../../compiler/mod.ts";
import { type Clip, writeFileAtomically } from "../../core/mod.ts";
import type { ClipShape } from "../../dataset/batches/mod.ts";
import { decodeClip } from "../../dataset/decode/mod.ts";
import {
  evaluateHeldOut,
  type HeldOutClips,
  type HeldOutResult,
} from "../../evaluation/mod.ts";
import { featuresOfVideos, type FeatureWork } from "./features.ts";
import { heldOutPage } from "./held_out_page.ts";
import { heldOutNetworks } from "./networks.ts";
import type { MetricsOptions } from "./options.ts";
import type { VideoSet } from "./videos.ts";

/** Generated clips, real ones that the model was not trained on, and its training clips. */
interface HeldOutSets {
  readonly generated: VideoSet;
  readonly real: VideoSet;
  readonly training?: VideoSet | undefined;
}

/**
 * Measures generated clips by all that needs no pairs: distances from real clips
 * beside the distance of real clips from each other, motion beside that of real
 * clips, and the nearest training clip of each. Writes a page if asked.
 *
 * @throws {InputError} if a video is damaged or too short, or there are too few
 * @throws {StoppedError} if the signal is aborted
 */
export async function heldOut(
  { generated, real, training }: HeldOutSets,
  shape: ClipShape,
  options: MetricsOptions,
  host: Pick<FeatureWork, "progress" | "signal">,
): Promise<HeldOutResult> {
  const { device: choice, weights, cache, timeStride, causal, page } = options;
  using device = await openDevice(choice);
  using stack = new DisposableStack();
  const { networks, pairs } = await heldOutNetworks(device, weights, stack);
  const work = { network: networks[0], shape, cache, ...host };
  const clips: HeldOutClips = {
    generated: await clipsOf(generated, shape),
    real: await clipsOf(real, shape),
    ...(training && {
      training: {
        count: training.videos.length,
        clipAt: (i) => decodeClip(training.videos[i]!.path, shape),
        features: await featuresOfVideos(training, work),
      },
    }),
  };
  const result = await evaluateHeldOut(clips, {
    networks,
    pairs,
    latentFrames: { stride: timeStride, ...(causal && { first: 1 }) },
    seed: 0,
    ...host,
  });
  if (page !== undefined) {
    await writeFileAtomically(page, await heldOutPage(result, clips));
  }
  return result;
}

async function clipsOf(
  { videos }: VideoSet,
  shape: ClipShape,
): Promise<Clip[]> {
  const clips = [];
  for (const { path } of videos) clips.push(await decodeClip(path, shape));
  return clips;
}
