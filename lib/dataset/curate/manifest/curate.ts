import type { Analysis, Segment } from "../analysis.ts";
import type { TimedCaption } from "../sources/timed_caption.ts";
import { PHASES } from "../../vocabulary/mod.ts";
import { PHASE_FIELD } from "../sources/caption_table.ts";
import { findDuplicates } from "./duplicates.ts";
import {
  FEW_FILES,
  isForValidation,
  splitByTime,
  type SplitSegment,
  withOneHeldOut,
} from "./hold_out.ts";
import { type DropRule, MANIFEST_VERSION, type ManifestRow } from "./row.ts";
import { assignPhase, type KeepRules, rounded } from "./rules.ts";
import { captionsFor, labelsFor, unusedCaptions } from "./shot_captions.ts";

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
  /**
   * Share of the files that is held out, in [0,1); of fewer than 20 files, share
   * of each. 0 holds out nothing.
   */
  readonly validation: number;
  /** Whether the label `phase` of a shot, 1 to 5, decides its phase; default false. */
  readonly phaseByLabel?: boolean;
}

/**
 * Keeps each shot of each file in a phase and a split, or drops it with a reason.
 * Deterministic.
 *
 * Of duplicates, the shot with the most pixels is kept. From 20 files on, all
 * shots of a file are in one split, which depends on the contents of the file
 * alone, so that it does not change when files are added or renamed. Of fewer
 * files the last part of each is held out.
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
  const usable = sorted.filter(({ outcome }) => "analysis" in outcome).length;
  const holdsOutByTime = options.validation > 0 && usable < FEW_FILES;
  const copies = Map.groupBy(sorted, ({ sha256 }) => sha256);
  const rows = sorted.flatMap((file): Candidate[] => {
    const { sha256, outcome } = file;
    const same = sha256 === null ? [file] : copies.get(sha256)!;
    const [first] = same;
    if (first !== file) {
      const reason = `holds the same bytes as "${first!.path}"`;
      return [{ row: fileRow(file, "same_file", reason) }];
    }
    return "rule" in outcome
      ? [{ row: fileRow(file, outcome.rule, outcome.reason) }]
      : rowsOf(
        withCaptionsOf(same),
        outcome.analysis,
        holdsOutByTime
          ? splitByTime(
            outcome.analysis,
            options.validation,
            options.minSeconds,
          )
          : splitByFile(file, outcome.analysis, options),
        options,
      );
  });
  const distinct = withoutDuplicates(rows);
  return options.validation > 0 ? withOneHeldOut(distinct) : distinct;
}

/** The first of equal files, with the captions of all of them. */
function withCaptionsOf([first, ...copies]: readonly SourceFile[]): SourceFile {
  const captions = [...first!.captions];
  const known = new Set(captions.map((own) => JSON.stringify(own)));
  for (const caption of copies.flatMap(({ captions }) => captions)) {
    const key = JSON.stringify(caption);
    if (!known.has(key)) captions.push(caption);
    known.add(key);
  }
  return { ...first!, captions };
}

/** A row and its segment. */
interface Candidate {
  readonly row: ManifestRow;
  readonly segment?: Segment;
}

function splitByFile(
  { sha256 }: SourceFile,
  { segments }: Analysis,
  { validation }: CurateOptions,
): SplitSegment[] {
  const split = isForValidation(sha256!, validation) ? "validation" : "train";
  return segments.map((segment) => ({ segment, split }));
}

function rowsOf(
  file: SourceFile,
  analysis: Analysis,
  segments: readonly SplitSegment[],
  options: CurateOptions,
): Candidate[] {
  const { video, damage } = analysis;
  const notes = [
    ...file.notes,
    ...unusedCaptions(file.captions, segments.map(({ segment }) => segment)),
  ];
  const candidates = segments.map(({ segment, split }, index): Candidate => {
    const { kind: _kind, scores, hash, moments: _moments, ...shot } = segment;
    const { labels, notes: conflicts } = labelsFor(file.captions, segment);
    const common = {
      version: MANIFEST_VERSION as typeof MANIFEST_VERSION,
      id: `${file.sha256!.slice(0, 16)}-${String(index).padStart(4, "0")}`,
      source: sourceOf(file),
      hash,
      captions: captionsFor(file.captions, segment),
      ...(Object.keys(labels).length > 0 && { labels }),
      notes: [...notes, ...notesOn(analysis), ...conflicts],
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
    const { phase, reason: phaseReason } =
      (options.phaseByLabel ? labelledPhase(labels) : undefined) ??
        assignPhase(scores);
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

/** The phase that a table gives a shot. */
function labelledPhase(
  labels: Readonly<Record<string, string>>,
): ReturnType<typeof assignPhase> | undefined {
  const phase = PHASES.find((phase) => labels[PHASE_FIELD] === String(phase));
  return phase && { phase, reason: "the table of phases" };
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
  if (video.isPicture && !rules.pictures) {
    return [
      "no_video",
      `it is a picture (${
        video.codec.replace(/^mjpeg$/, "jpeg")
      }, one frame); --pictures keeps pictures`,
    ];
  }
  const seconds = video.isPicture ? Infinity : endSeconds - startSeconds;
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
  if (motion < rules.minMotion && !video.isPicture) {
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
