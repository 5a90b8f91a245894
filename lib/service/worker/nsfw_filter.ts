import { type Clip, clipBytes } from "../../core/mod.ts";
import type { ContentFilter } from "./content_filter.ts";

/** Frames of a video that are looked at: the first, one in the middle, the last. */
const LOOKS = 3;

/** Share of pornography, photographed or drawn, from which a frame is flagged. */
const THRESHOLD = 0.7;

const WORKER = import.meta.resolve("./nsfw_worker.ts");

/** Scores of one frame by class, 0 to 1, as the worker answers. */
export type FrameScores = Readonly<Record<string, number>>;

/** One frame, as the worker takes it. */
export interface FramePixels {
  /** `[H,W,3]`, RGB. */
  readonly pixels: Uint8Array;
  readonly height: number;
  readonly width: number;
}

/**
 * Looks at videos by nsfwjs (MobileNetV2), whose weights are in its package. It
 * has a thread of its own: a frame takes it half a second of a core.
 */
export function nsfwFilter(
  policy: ContentFilter["policy"],
): ContentFilter & Disposable {
  let worker: Worker | undefined;
  const ask = (frame: FramePixels): Promise<FrameScores> =>
    new Promise((resolve, reject) => {
      worker ??= new Worker(WORKER, { type: "module" });
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = (event) => {
        event.preventDefault();
        // It has ended: the next frame starts another one.
        worker = undefined;
        reject(new Error(`The content filter failed: ${event.message}`));
      };
      worker.postMessage(frame);
    });
  return {
    policy,
    async look(clip) {
      const scores: Record<string, number> = {};
      let flagged = false;
      for (const frame of framesOf(clip)) {
        const found = await ask(frame);
        for (const [name, score] of Object.entries(found)) {
          scores[name] = Math.max(scores[name] ?? 0, score);
        }
        flagged ||= (found.Porn ?? 0) + (found.Hentai ?? 0) >= THRESHOLD;
      }
      return { flagged, scores };
    },
    [Symbol.dispose]: () => worker?.terminate(),
  };
}

function framesOf({ data, frames, height, width }: Clip): FramePixels[] {
  const size = height * width * 3;
  const count = Math.min(LOOKS, frames);
  return Array.from({ length: count }, (_, i) => {
    const frame = Math.round(i * (frames - 1) / Math.max(1, count - 1));
    const values = data.subarray(frame * size, (frame + 1) * size);
    return { pixels: clipBytes(values), height, width };
  });
}
