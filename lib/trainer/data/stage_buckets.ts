import {
  type Bucketing,
  type ClipShape,
  interleave,
} from "../../dataset/batches/mod.ts";
import type { Shot } from "../../dataset/curate/mod.ts";
import type { OpenSource } from "./open_source.ts";

/** The shots that a stage takes from one source. */
export interface StagePart {
  readonly source: OpenSource;
  readonly shots: readonly Shot[];
  readonly bucketing: Bucketing;
}

/** Views of a shot in an epoch, each of another part. */
const MOST_VIEWS = 8;
/** Views of each second beyond a clip's own. */
const VIEWS_PER_CLIP = 2;

/** A shape, the shots of each source in it, and its share of the epoch. */
export interface FoundBucket {
  readonly shape: ClipShape;
  /** Clips of an epoch. */
  readonly length: number;
  /** Weight of the synthetic world; 0 without it. */
  readonly world: number;
  readonly parts: readonly {
    readonly part: StagePart;
    readonly shots: readonly Shot[];
    readonly weight: number;
  }[];
  /** Shots that no epoch shows, because it takes fewer clips. */
  readonly leftOut: number;
}

/**
 * The buckets of a stage and the length of their epochs.
 *
 * @param parts Of all sources, with one bucketing.
 * @param limit Clips of an epoch at most.
 * @param world Weight of the synthetic world.
 */
export function bucketsOf(
  parts: readonly StagePart[],
  limit: number,
  world: number,
): FoundBucket[] {
  const sum = parts.reduce((total, { source }) => total + source.weight, 0);
  const { shapes } = parts[0]!.bucketing;
  const found = shapes.map((shape) => {
    const own = parts.map((part) => {
      const used = part.bucketing.shapeOf.filter((x) => x !== undefined);
      const shots = part.shots.filter((_, i) => used[i] === shape);
      const weight = part.source.weight * shots.length / part.shots.length;
      return { part, shots, weight };
    }).filter(({ shots }) => shots.length > 0);
    const weight = own.reduce((total, { weight }) => total + weight, 0);
    return { shape, parts: own, share: weight / sum };
  }).filter(({ parts }) => parts.length > 0);
  // Without the synthetic world an epoch ends when every part of some source has
  // been seen; with it, and for long videos, the plan's number of clips is less.
  const seen = Math.max(...parts.map(({ source, shots, bucketing }) => {
    const shapesOf = bucketing.shapeOf.filter((x) => x !== undefined);
    const views = shots.reduce(
      (total, shot, i) => total + viewsOf(shot, shapesOf[i]!),
      0,
    );
    return views * sum / source.weight;
  }));
  const length = world > 0 ? limit : Math.min(limit, Math.ceil(seen));
  return found.map(({ shape, parts, share }) => {
    const own = Math.max(1, Math.round(length * share));
    const weights = parts.map(({ weight }) => weight);
    const turnOf = interleave(
      world > 0 ? [...weights, world * share] : weights,
    );
    const turns = new Array<number>(weights.length + 1).fill(0);
    for (let n = 0; n < own; n++) turns[turnOf(n).which]!++;
    return {
      shape,
      length: own,
      world: world * share,
      parts,
      leftOut: parts.reduce(
        (sum, { shots }, i) => sum + Math.max(0, shots.length - turns[i]!),
        0,
      ),
    };
  });
}

/** Clips of a shot in an epoch: more of longer ones. */
function viewsOf(
  { startSeconds, endSeconds, pictures }: Shot,
  { frames, fps }: ClipShape,
): number {
  if (pictures === 1) return 1;
  const clips = (endSeconds - startSeconds) * fps / frames;
  return Math.min(MOST_VIEWS, Math.max(1, Math.round(VIEWS_PER_CLIP * clips)));
}

/** Clips of a batch with as many values as one of the plan's. */
export function batchFor(
  shape: ClipShape,
  aim: ClipShape,
  batch: number,
): number {
  const values = ({ frames, height, width }: ClipShape): number =>
    frames * height * width;
  return Math.max(1, Math.round(batch * values(aim) / values(shape)));
}
