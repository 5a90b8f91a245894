import type { Segment } from "lib/dataset/curate/analysis.ts";
import type { Analysis, Scores } from "lib/dataset/curate/mod.ts";
import type { CurateOptions, SourceFile } from "lib/dataset/curate/mod.ts";
import { KEEP_DEFAULTS } from "lib/dataset/curate/mod.ts";

/** A calm shot of one subject. */
export const CALM: Scores = {
  motion: 0.02,
  cameraMotion: 0.001,
  panRight: 0,
  panDown: 0,
  zoom: 0,
  roll: 0,
  subjectMotion: 0.08,
  movingShare: 0.05,
  subjects: 1,
  occlusion: 0.001,
  sharpness: 200,
  brightness: 0.5,
  contrast: 0.2,
  lightChange: 0.01,
  overlay: 0,
};

/** A shot of 4 seconds. */
export function segmentOf(changes: Partial<Segment> = {}): Segment {
  return {
    kind: "shot",
    startSeconds: 0,
    endSeconds: 4,
    pictures: 100,
    startsAtCut: false,
    endsAtCut: false,
    part: 1,
    parts: 1,
    scores: CALM,
    hash: "0123456789abcdef",
    moments: new Uint8Array(512).toBase64(),
    ...changes,
  };
}

/** What was found in a file. */
export function analysisOf(
  segments: Segment[],
  changes: Partial<Analysis["video"]> = {},
  damage: string | null = null,
): Analysis {
  return {
    video: {
      width: 640,
      height: 360,
      fps: 25,
      durationSeconds: 4,
      pictures: 100,
      codec: "h264",
      isPicture: false,
      rotation: 0,
      isInterlaced: false,
      isHighDynamicRange: false,
      hasVariableRate: false,
      damagedFrames: 0,
      lostSeconds: 0,
      clockJumps: 0,
      ...changes,
    },
    damage,
    segments,
  };
}

/** A file whose contents are known by a digit. */
export function fileOf(
  path: string,
  digit: string,
  outcome: SourceFile["outcome"] | Segment[],
  changes: Partial<SourceFile> = {},
): SourceFile {
  return {
    path,
    sha256: digit.repeat(64),
    bytes: 1000,
    outcome: Array.isArray(outcome)
      ? { analysis: analysisOf(outcome) }
      : outcome,
    captions: [],
    notes: [],
    ...changes,
  };
}

/** The usual rules; nothing is held out. */
export const OPTIONS: CurateOptions = { ...KEEP_DEFAULTS, validation: 0 };
