import type { Analysis, Segment } from "../analysis.ts";
import type { TimedCaption } from "../sources/captions.ts";
import { findDuplicates } from "./duplicates.ts";
import {
  type Caption,
  type DropRule,
  MANIFEST_VERSION,
  type ManifestRow,
} from "./row.ts";
import { assignPhase, type KeepRules, rounded } from "./rules.ts";

/** A file and its analysis. */
export interface SourceFile {
  /** As written to the manifest. */
  readonly path: string;
  /** Of the whole contents; null if unreadable. */
  readonly sha256: string | null;
  readonly bytes: number | null;
  readonly outcome:
    | { readonly analysis: Analysis }
    | { readonly rule: DropRule; readonly reason: string };
  readonly captions: readonly TimedCaption[];
  /** Warnings for the user, such as an unreadable sidecar. */
  readonly notes: readonly string[];
}

/** How shots are selected. */
export interface CurateOptions extends KeepRules {
  /** Share of the files in the validation split, in [0,1). */
  readonly validation: number;
}

/**
 * Keeps each shot of each file in a phase and a split, or drops it with a reason.
 * Deterministic.
 *
 * Of duplicates, the shot with the most pixels is kept. All shots of a file are
 * in one split, which depends on the contents of the file alone, so that it does
 * not change when files are added or renamed.
 *
 * @returns A row for each shot and for each file without shots, sorted by path.
 *
 * @example
 * ```ts
 * import { curate, KEEP_DEFAULTS } from "lib/dataset/curate/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const file = {
 *   path: "../kite.mp4",
 *   sha256: "ab".repeat(32),
 *   bytes: 0,
 *   outcome: { rule: "no_video", reason: "it is empty" } as const,
 *   captions: [],
 *   notes: [],
 * };
 * const [row] = curate([file], { ...KEEP_DEFAULTS, validation: 0.05 });
 * assert.ok(row?.status === "dropped");
 * assert.equal(row.reason, "it is empty");
 * ```
 */
export function curate(
  files: readonly SourceFile[],
  options: CurateOptions,
): ManifestRow[] {
  const sorted = files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const pathByHash = new Map<string, string>();
  const rows = sorted.flatMap((file): Candidate[] => {
    const { sha256, path, outcome } = file;
    const earlier = sha256 === null ? undefined : pathByHash.get(sha256);
    if (earlier !== undefined) {
      const reason = `holds the same bytes as "${earlier}"`;
      return [{ row: fileRow(file, "same_file", reason) }];
    }
    if (sha256 !== null) pathByHash.set(sha256, path);
    return "rule" in outcome
      ? [{ row: fileRow(file, outcome.rule, outcome.reason) }]
      : rowsOf(file, outcome.analysis, options);
  });
  return withoutDuplicates(rows);
}

/** A row and its segment. */
interface Candidate {
  readonly row: ManifestRow;
  readonly segment?: Segment;
}

function rowsOf(
  file: SourceFile,
  analysis: Analysis,
  options: CurateOptions,
): Candidate[] {
  const { video, damage, segments } = analysis;
  const candidates = segments.map((segment, index): Candidate => {
    const { kind: _kind, scores, hash, moments: _moments, ...shot } = segment;
    const common = {
      version: MANIFEST_VERSION as typeof MANIFEST_VERSION,
      id: `${file.sha256!.slice(0, 16)}-${String(index).padStart(4, "0")}`,
      source: sourceOf(file),
      hash,
      captions: captionsFor(file.captions, segment),
      notes: [...file.notes, ...notesOn(analysis)],
      video,
      shot,
    };
    const drop = dropReason(segment, analysis, options);
    if (drop !== undefined || scores === null) {
      const [rule, reason] = drop ??
        ["too_short", "has fewer than two frames"];
      const row = {
        status: "dropped" as const,
        rule,
        reason,
        ...common,
        scores,
      };
      return { row, segment };
    }
    const { phase, reason: phaseReason } = assignPhase(scores);
    const split = isForValidation(file.sha256!, options.validation)
      ? "validation" as const
      : "train" as const;
    return {
      row: {
        status: "kept",
        phase,
        phaseReason,
        split,
        ...common,
        scores,
      },
      segment,
    };
  });
  if (damage === null) return candidates;
  const reason = `a part of the file is lost: ${damage}`;
  return [...candidates, { row: fileRow(file, "damaged", reason) }];
}

function dropReason(
  { kind, startSeconds, endSeconds, scores, pictures }: Segment,
  { video }: Analysis,
  rules: KeepRules,
): [DropRule, string] | undefined {
  if (kind === "blank") return ["blank", "shows one plain colour"];
  if (kind === "damaged") {
    return [
      "damaged",
      pictures === 1
        ? "1 frame has decoding errors, or is predicted from such a frame"
        : `${pictures} frames have decoding errors, or are predicted from such frames`,
    ];
  }
  const seconds = endSeconds - startSeconds;
  if (seconds < rules.minSeconds - 1e-6 || scores === null) {
    const rule = rules.minSeconds;
    return [
      "too_short",
      `lasts ${rounded(seconds)} s (${pictures} frames), ${rule} s are needed`,
    ];
  }
  const side = Math.min(video.width, video.height);
  if (side < rules.minSide) {
    return [
      "too_small",
      `is ${video.width}x${video.height}, ${rules.minSide} pixels are needed`,
    ];
  }
  const { motion, sharpness, overlay } = scores;
  if (motion < rules.minMotion) {
    return ["still", beyond("motion", motion, "<", rules.minMotion)];
  }
  if (sharpness !== null && sharpness < rules.minSharpness) {
    return ["blurred", beyond("sharpness", sharpness, "<", rules.minSharpness)];
  }
  if (overlay !== null && overlay > rules.maxOverlay) {
    return ["overlay", beyond("overlay", overlay, ">", rules.maxOverlay)];
  }
  return undefined;
}

function notesOn({ video: { clockJumps } }: Analysis): string[] {
  if (clockJumps === 0) return [];
  const times = clockJumps === 1 ? "once" : `${clockJumps} times`;
  return [`the clock of the file jumps ${times}; seconds count on`];
}

function beyond(
  name: string,
  value: number,
  sign: string,
  limit: number,
): string {
  return `${name} ${rounded(value)} ${sign} ${limit}`;
}

function fileRow(
  file: SourceFile,
  rule: DropRule,
  reason: string,
): ManifestRow {
  return {
    status: "dropped",
    rule,
    reason,
    version: MANIFEST_VERSION,
    id: `${file.sha256?.slice(0, 16) ?? "unread"}-${file.path}`,
    source: sourceOf(file),
    hash: null,
    captions: [],
    notes: [...file.notes],
    video: null,
    shot: null,
    scores: null,
  };
}

function sourceOf(
  { path, sha256, bytes }: SourceFile,
): ManifestRow["source"] {
  return { path, sha256, bytes };
}

/** The captions that cover at least half of a shot. */
function captionsFor(
  captions: readonly TimedCaption[],
  { startSeconds, endSeconds }: Segment,
): Caption[] {
  return captions.flatMap(({ text, language, start = 0, end = Infinity }) => {
    const shared = Math.min(end, endSeconds) - Math.max(start, startSeconds);
    return shared >= (endSeconds - startSeconds) / 2
      ? [{ text, language }]
      : [];
  });
}

/** Whether the first 32 bits of the hash, as a share of 2^32, are below a share. */
function isForValidation(sha256: string, share: number): boolean {
  return parseInt(sha256.slice(0, 8), 16) / 2 ** 32 < share;
}

function withoutDuplicates(candidates: readonly Candidate[]): ManifestRow[] {
  const kept = candidates.filter(({ row }) => row.status === "kept");
  const pixels = ({ row: { video } }: Candidate): number =>
    video!.width * video!.height;
  const best = kept.toSorted((a, b) => pixels(b) - pixels(a));
  const duplicates = findDuplicates(best.map(({ row, segment }) => ({
    file: row.source.path,
    seconds: segment!.endSeconds - segment!.startSeconds,
    hash: segment!.hash!,
    moments: segment!.moments!,
  })));
  const reasons = new Map(best.flatMap(({ row }, i) => {
    const of = duplicates[i];
    if (of === undefined) return [];
    const { id, source } = best[of]!.row;
    return [[row.id, `shows the same as ${id} of "${source.path}"`] as const];
  }));
  return candidates.map(({ row }) => {
    const reason = reasons.get(row.id);
    if (row.status === "dropped" || reason === undefined) return row;
    const { phase: _phase, phaseReason: _reason, split: _split, ...rest } = row;
    return { ...rest, status: "dropped", rule: "duplicate", reason };
  });
}
