import { InputError } from "lib/core/mod.ts";
import { type ScannedPicture, VideoScan } from "../decode/mod.ts";
import type { Analysis, Segment } from "./analysis.ts";
import { FlowEstimator } from "./flow/optical_flow.ts";
import { sharpnessOf } from "./scores/sharpness.ts";
import { findTextCells } from "./scores/text_like.ts";
import { CELLS, type Measure, measurePicture } from "./shots/measure.ts";
import { type Detail, scoreShot } from "./shots/score_shot.ts";
import { type Run, splitShots } from "./shots/split_shots.ts";

/** How a video is looked at. */
export interface AnalyseOptions {
  /** Shots that last longer are split into equal parts. */
  readonly maxSeconds: number;
  /** Hears how far it has come: pictures decoded, seconds of video. */
  readonly onPicture?: (pictures: number, seconds: number) => void;
}

/** Pixels of the pictures on which flow is found: 164x92 of 16:9. */
const FLOW_PIXELS = 15_000;
/** Pixels on which sharpness and writing are looked for: 480x270 of 16:9. */
const DETAIL_PIXELS = 129_600;
/** Seconds between the pictures on which they are. */
const DETAIL_INTERVAL = 0.25;
/** Seconds between the pictures on which flow is found, at least: faster video is thinned. */
const FLOW_INTERVAL = 1 / 40;
/** The shorter side of the smallest picture that can be searched for motion. */
const SMALLEST_SIDE = 8;
/** Small pictures kept of each shot, to compare shots by. */
const MOMENTS = 8;
/** Times that differ by more than this share of the usual interval make the rate variable. */
const RATE_TOLERANCE = 0.25;

/**
 * Looks a video through once: finds its shots and scores them.
 *
 * @param path Any video FFmpeg knows.
 * @throws {InputError} if the file is missing, unreadable, no video, or not one
 *   of its pictures can be decoded
 *
 * @example
 * ```ts
 * import { analyseVideo } from "lib/dataset/curate/mod.ts";
 * import { writeMp4 } from "lib/dataset/encode/mod.ts";
 * import { demoScene, renderClip } from "lib/dataset/synthetic/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const path = await Deno.makeTempFile({ suffix: ".mp4" });
 * await writeMp4(path, renderClip(demoScene, { frames: 16, height: 64, width: 64, fps: 8 }));
 * const { segments, video } = await analyseVideo(path, { maxSeconds: 10 });
 * assert.equal(segments.length, 1);
 * assert.equal(segments[0]!.kind, "shot");
 * assert.equal(video.durationSeconds, 2);
 * ```
 */
export async function analyseVideo(
  path: string,
  { maxSeconds, onPicture }: AnalyseOptions,
): Promise<Analysis> {
  await using scan = await VideoScan.open(path);
  const measures: Measure[] = [];
  const details: Detail[] = [];
  const times: number[] = [];
  let estimator: FlowEstimator | undefined;
  let isInterlaced = false;
  let end = 0;
  for await (const picture of scan.pictures()) {
    const { seconds, endSeconds, isWhole } = picture;
    // Broken clocks run backwards; what they show then has no place in time.
    if (times.length > 0 && seconds <= times.at(-1)!) continue;
    times.push(seconds);
    end = Math.max(end, endSeconds);
    isInterlaced ||= picture.isInterlaced;
    const last = measures.at(-1);
    if (last !== undefined && isWhole && last.isWhole) {
      if (seconds - last.seconds < FLOW_INTERVAL) continue;
    }
    if (last !== undefined) last.endSeconds = seconds;
    const plane = picture.small(FLOW_PIXELS);
    estimator ??= openEstimator(path, plane);
    const flow = estimator.next(plane);
    measures.push(
      measurePicture(
        plane,
        flow,
        { seconds, endSeconds, isWhole },
        last,
      ),
    );
    if (isDue(details, seconds)) details.push(detailOf(picture));
    onPicture?.(times.length, seconds);
  }
  if (measures.length === 0) {
    throw new InputError(
      `Cannot decode "${path}": the file must be whole: ${
        scan.damage ?? "no picture can be decoded"
      }; get a whole copy`,
    );
  }
  measures.at(-1)!.endSeconds = end;
  const { width, height, fps, codec, rotation, isHighDynamicRange } = scan.info;
  return {
    video: {
      width,
      height,
      fps,
      durationSeconds: end,
      pictures: times.length,
      codec,
      rotation,
      isInterlaced,
      isHighDynamicRange,
      hasVariableRate: variesIn(times),
    },
    damage: scan.damage ?? null,
    segments: splitShots(measures, maxSeconds).map((run) =>
      segmentOf(run, measures, details)
    ),
  };
}

function openEstimator(
  path: string,
  { width, height }: { width: number; height: number },
): FlowEstimator {
  if (Math.min(width, height) < SMALLEST_SIDE) {
    throw new InputError(
      `Cannot analyse "${path}": a picture of ${FLOW_PIXELS} pixels must be at least ` +
        `${SMALLEST_SIDE} pixels high and wide: it is ${width}x${height}; crop it to a usual shape`,
    );
  }
  return new FlowEstimator(width, height);
}

function isDue(details: readonly Detail[], seconds: number): boolean {
  const last = details.at(-1);
  return last === undefined || seconds - last.seconds >= DETAIL_INTERVAL;
}

function detailOf(picture: ScannedPicture): Detail {
  const plane = picture.small(DETAIL_PIXELS);
  return {
    seconds: picture.seconds,
    sharpness: sharpnessOf(plane),
    text: findTextCells(plane),
  };
}

function segmentOf(
  { first, last, ...run }: Run,
  measures: readonly Measure[],
  details: readonly Detail[],
): Segment {
  const own = measures.slice(first, last + 1);
  // Nothing is left of a shot that was all trimmed: it lasts for no time.
  const startSeconds =
    (own[0] ?? measures[Math.min(first, measures.length - 1)])!
      .seconds;
  const endSeconds = own.at(-1)?.endSeconds ?? startSeconds;
  const within = details.filter(({ seconds }) =>
    seconds >= startSeconds && seconds < endSeconds
  );
  const isShot = run.kind === "shot" && own.length > 0;
  return {
    ...run,
    startSeconds,
    endSeconds,
    pictures: own.length,
    scores: (isShot ? scoreShot(own, within) : undefined) ?? null,
    hash: isShot ? own[own.length >> 1]!.hash : null,
    moments: isShot ? momentsOf(own).toBase64() : null,
  };
}

/** Small pictures at equal steps of time, `[8,8,8]`. */
function momentsOf(own: readonly Measure[]): Uint8Array {
  const start = own[0]!.seconds;
  const seconds = own.at(-1)!.endSeconds - start;
  const moments = new Uint8Array(MOMENTS * CELLS * CELLS);
  for (let i = 0, at = 0; i < MOMENTS; i++) {
    const due = start + (i + 0.5) * seconds / MOMENTS;
    while (at < own.length - 1 && own[at]!.endSeconds <= due) at++;
    moments.set(own[at]!.cells, i * CELLS * CELLS);
  }
  return moments;
}

function variesIn(times: readonly number[]): boolean {
  const steps = times.slice(1).map((time, i) => time - times[i]!);
  const usual = steps.toSorted((a, b) => a - b)[steps.length >> 1] ?? 0;
  return steps.some((step) => Math.abs(step - usual) > RATE_TOLERANCE * usual);
}
