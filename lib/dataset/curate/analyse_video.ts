import { InputError } from "lib/core/mod.ts";
import { type ScannedFrame, VideoScan } from "../decode/mod.ts";
import type { Analysis, Segment } from "./analysis.ts";
import { FlowEstimator } from "./flow/optical_flow.ts";
import { sharpnessOf } from "./scores/sharpness.ts";
import { findTextCells } from "./scores/text_like.ts";
import { CELLS, type FrameStats, measureFrame } from "./shots/frame_stats.ts";
import {
  type DetailStats,
  scorePicture,
  scoreShot,
} from "./shots/score_shot.ts";
import { type FrameRange, splitShots } from "./shots/split_shots.ts";

interface AnalyseOptions {
  /** Longer shots are split into equal parts. */
  readonly maxSeconds: number;
  /** Called with the number of frames decoded so far. */
  readonly onFrame?: (frames: number) => void;
}

/** Pixels of a frame for optical flow: 164x92 at 16:9. */
const FLOW_PIXELS = 15_000;
/** Pixels of a frame for sharpness and text: 480x270 at 16:9. */
const DETAIL_PIXELS = 129_600;
/** Seconds between the frames for sharpness and text. */
const DETAIL_INTERVAL = 0.25;
/** Smallest time between frames for optical flow, seconds: faster video is thinned. */
const FLOW_INTERVAL = 1 / 40;
/** Shorter side of the smallest frame that optical flow takes, pixels. */
const SMALLEST_SIDE = 8;
/** Small frames per shot, by which shots are compared. */
const MOMENTS = 8;
/** A rate is variable if an interval differs from the median by more than this share. */
const RATE_TOLERANCE = 0.25;

/**
 * Decodes a video once, finds its shots and scores them.
 *
 * @param path Any video format of FFmpeg.
 * @throws {InputError} if the file is missing, unreadable, no video, a picture, or
 *   none of its frames can be decoded
 */
export async function analyseVideo(
  path: string,
  { maxSeconds, onFrame }: AnalyseOptions,
): Promise<Analysis> {
  await using scan = await VideoScan.open(path);
  const stats: FrameStats[] = [];
  const details: DetailStats[] = [];
  const times: number[] = [];
  let estimator: FlowEstimator | undefined;
  let isInterlaced = false;
  let end = 0;
  for await (const frame of scan.frames()) {
    const { seconds, endSeconds, isIntact } = frame;
    const before = end;
    end = endSeconds;
    times.push(seconds);
    isInterlaced ||= frame.isInterlaced;
    const last = stats.at(-1);
    if (last !== undefined && isIntact && last.isIntact) {
      if (seconds - last.seconds < FLOW_INTERVAL) continue;
    }
    // Before a gap that damage left, no frame is shown.
    if (last !== undefined) {
      last.endSeconds = isIntact ? seconds : Math.min(seconds, before);
    }
    const plane = frame.downscaled(FLOW_PIXELS);
    estimator ??= openEstimator(path, plane);
    const flow = estimator.next(plane);
    const time = { seconds, endSeconds, isIntact };
    stats.push(measureFrame(plane, flow, time, last));
    const lastDetail = details.at(-1)?.seconds ?? -Infinity;
    if (seconds - lastDetail >= DETAIL_INTERVAL) details.push(detailOf(frame));
    onFrame?.(times.length);
  }
  if (stats.length === 0) {
    throw new InputError(
      `Cannot decode "${path}": the file must be whole: ${
        scan.damage ?? "no frame can be decoded"
      }; get a whole copy`,
    );
  }
  const isPicture = times.length === 1 && scan.info.isPictureFormat;
  stats.at(-1)!.endSeconds = end;
  const { width, height, fps, codec, rotation, isHighDynamicRange } = scan.info;
  return {
    video: {
      width,
      height,
      fps,
      durationSeconds: end,
      pictures: times.length,
      codec,
      isPicture,
      rotation,
      isInterlaced,
      isHighDynamicRange,
      hasVariableRate: isVariable(times),
      damagedFrames: scan.damagedFrames,
      lostSeconds: scan.lostSeconds,
      clockJumps: scan.clockJumps,
    },
    damage: scan.damage ?? null,
    segments: isPicture
      ? [pictureSegment(stats[0]!, details[0]!)]
      : splitShots(stats, maxSeconds).map((range) =>
        segmentOf(range, stats, details)
      ),
  };
}

function openEstimator(
  path: string,
  { width, height }: { width: number; height: number },
): FlowEstimator {
  if (Math.min(width, height) < SMALLEST_SIDE) {
    throw new InputError(
      `Cannot analyse "${path}": a frame of ${FLOW_PIXELS} pixels must be at least ` +
        `${SMALLEST_SIDE} pixels high and wide: it is ${width}x${height}; crop it to a common aspect`,
    );
  }
  return new FlowEstimator(width, height);
}

function detailOf(frame: ScannedFrame): DetailStats {
  const plane = frame.downscaled(DETAIL_PIXELS);
  return {
    seconds: frame.seconds,
    sharpness: sharpnessOf(plane),
    text: findTextCells(plane),
  };
}

function segmentOf(
  { first, last, ...range }: FrameRange,
  stats: readonly FrameStats[],
  details: readonly DetailStats[],
): Segment {
  const own = stats.slice(first, last + 1);
  // A very short shot has no frames left after trimming.
  const { seconds: startSeconds } = own[0] ??
    stats[Math.min(first, stats.length - 1)]!;
  const endSeconds = own.at(-1)?.endSeconds ?? startSeconds;
  const within = details.filter(({ seconds }) =>
    seconds >= startSeconds && seconds < endSeconds
  );
  const isShot = range.kind === "shot" && own.length > 0;
  return {
    ...range,
    startSeconds,
    endSeconds,
    pictures: own.length,
    scores: (isShot ? scoreShot(own, within) : undefined) ?? null,
    hash: isShot ? own[own.length >> 1]!.hash : null,
    moments: isShot ? momentsOf(own).toBase64() : null,
  };
}

/** A picture as a shot of one frame. */
function pictureSegment(frame: FrameStats, detail: DetailStats): Segment {
  return {
    kind: "shot",
    startSeconds: frame.seconds,
    endSeconds: frame.endSeconds,
    pictures: 1,
    startsAtCut: false,
    endsAtCut: false,
    part: 1,
    parts: 1,
    scores: scorePicture(frame, detail),
    hash: frame.hash,
    moments: momentsOf([frame]).toBase64(),
  };
}

/** Small frames at equal steps of time, `[8,8,8]`. */
function momentsOf(own: readonly FrameStats[]): Uint8Array {
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

function isVariable(times: readonly number[]): boolean {
  const steps = times.slice(1).map((time, i) => time - times[i]!);
  const median = steps.toSorted((a, b) => a - b)[steps.length >> 1] ?? 0;
  return steps.some((step) =>
    Math.abs(step - median) > RATE_TOLERANCE * median
  );
}
