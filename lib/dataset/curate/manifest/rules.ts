import type { Phase } from "../../vocabulary/mod.ts";
import type { Scores } from "../analysis.ts";

/** A limit on a score, and the property of the shots beyond it. */
interface Limit {
  readonly score: keyof Scores;
  readonly name: string;
  readonly at: "least" | "most";
  readonly value: number;
  /** Compares the absolute value, as for zooming in or out. */
  readonly absolute?: boolean;
}

/** Fast action, occlusion or changing perspective. */
const ACTION: readonly Limit[] = [
  { score: "subjectMotion", name: "fast subjects", at: "least", value: 0.5 },
  { score: "cameraMotion", name: "fast camera", at: "least", value: 0.3 },
  { score: "occlusion", name: "occlusion", at: "least", value: 0.05 },
  {
    score: "zoom",
    name: "changing perspective",
    at: "least",
    value: 0.2,
    absolute: true,
  },
];

/** Unusual angles, weather or light. */
const UNUSUAL: readonly Limit[] = [
  { score: "brightness", name: "dark", at: "most", value: 0.15 },
  { score: "brightness", name: "very bright", at: "least", value: 0.85 },
  { score: "contrast", name: "hazy", at: "most", value: 0.04 },
  { score: "lightChange", name: "changing light", at: "least", value: 0.1 },
  {
    score: "roll",
    name: "rolling camera",
    at: "least",
    value: 0.2,
    absolute: true,
  },
];

/** More than phase 1. */
const LIVELY: readonly Limit[] = [
  { score: "cameraMotion", name: "moving camera", at: "least", value: 0.025 },
  { score: "subjects", name: "several subjects", at: "least", value: 2 },
];

/**
 * Assigns a shot to a phase: 5 for action under unusual conditions, 4 for
 * unusual conditions, 3 for action, 2 for a moving camera or several subjects,
 * 1 for all others.
 *
 * @returns The phase, and the scores that decided.
 */
export function assignPhase(scores: Scores): { phase: Phase; reason: string } {
  const action = beyond(ACTION, scores);
  const unusual = beyond(UNUSUAL, scores);
  const lively = beyond(LIVELY, scores);
  const [phase, reasons]: [Phase, string[]] =
    action.length > 0 && unusual.length > 0
      ? [5, [...action, ...unusual]]
      : unusual.length > 0
      ? [4, unusual]
      : action.length > 0
      ? [3, action]
      : lively.length > 0
      ? [2, lively]
      : [1, [
        `still camera (cameraMotion ${rounded(scores.cameraMotion)})`,
        `at most one subject (subjects ${rounded(scores.subjects)})`,
      ]];
  return { phase, reason: reasons.join(", ") };
}

/**
 * How far the scores of a shot are from those of a phase: the share of a limit
 * that is missing, or the multiple by which one is exceeded that should not be.
 * 0 for the phase of {@link assignPhase}.
 */
export function phaseDistance(scores: Scores, phase: Phase): number {
  const action = strongest(ACTION, scores);
  const unusual = strongest(UNUSUAL, scores);
  const lively = strongest(LIVELY, scores);
  const missing = (ratio: number): number => Math.max(0, 1 - ratio);
  const excess = (ratio: number): number => Math.max(0, ratio - 1);
  switch (phase) {
    case 1:
      return excess(action) + excess(unusual) + excess(lively);
    case 2:
      return excess(action) + excess(unusual) + missing(lively);
    case 3:
      return missing(action) + excess(unusual);
    case 4:
      return missing(unusual) + excess(action);
    case 5:
      return missing(action) + missing(unusual);
  }
}

/** The largest ratio of a score to its limit, 1 on it. */
function strongest(limits: readonly Limit[], scores: Scores): number {
  return Math.max(...limits.map(({ score, at, value, absolute }) => {
    const found = scores[score];
    if (found === null) return 0;
    const size = absolute ? Math.abs(found) : found;
    return at === "least" ? size / value : value / Math.max(size, 1e-6);
  }));
}

/** Describes the limits that a shot exceeds. */
function beyond(limits: readonly Limit[], scores: Scores): string[] {
  return limits.flatMap(({ score, name, at, value, absolute }) => {
    const found = scores[score];
    if (found === null) return [];
    const size = absolute ? Math.abs(found) : found;
    if (at === "least" ? size < value : size > value) return [];
    const sign = at === "least" ? ">=" : "<=";
    return [`${name} (${score} ${rounded(size)} ${sign} ${value})`];
  });
}

/** Three significant digits. */
export function rounded(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** Conditions for keeping a shot. */
export interface KeepRules {
  /** Seconds after trimming. */
  readonly minSeconds: number;
  /** Pixels of the shorter side, as displayed. */
  readonly minSide: number;
  /** Mean speed, frame diagonals per second: below it, a shot is a still. */
  readonly minMotion: number;
  /** Variance of the Laplacian: below it, a shot is out of focus. */
  readonly minSharpness: number;
  /** Largest share of the frame with static text. */
  readonly maxOverlay: number;
  /** Whether pictures are kept, as shots of one frame. */
  readonly pictures: boolean;
}

/** The defaults of `deno task ingest`. */
export const KEEP_DEFAULTS: KeepRules = {
  minSeconds: 1,
  minSide: 64,
  minMotion: 0.0005,
  minSharpness: 4,
  maxOverlay: 0.1,
  pictures: false,
};
