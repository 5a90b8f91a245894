import {
  type Clip,
  InputError,
  type Progress,
  Rng,
  StoppedError,
} from "../../core/mod.ts";
import {
  batchShareOf,
  joined,
  ONE_RANK,
  type Ranks,
  shareOf,
} from "../../ranks/mod.ts";
import {
  deviationOf,
  type FeatureRows,
  FeatureStatistics,
  type FeatureSummary,
  meanOf,
} from "../distribution/mod.ts";
import { type FeatureNetwork, settingOf } from "../feature_network.ts";
import { clipMotion, type MotionSummary, motionSummary } from "../motion.ts";
import { psnr } from "../psnr.ts";
import type { LatentFrames } from "../seam_motion.ts";
import { ssim } from "../ssim.ts";
import { colourFeatures } from "./colour_features.ts";
import { flowFeatures } from "./flow_features.ts";
import { type ClipLabels, judgeLabels, labelColumns } from "./judge_labels.ts";
import { LEAST_CLIPS } from "./least_clips.ts";
import { nearestRows, quantile } from "./nearest.ts";
import type { HeldOutResult, LabelScore, Neighbour } from "./result.ts";
import { distanceFrom, floorOf, halvesOf } from "./set_distances.ts";

/** Clips to evaluate, all of one shape; held-out ones and what a model made of them. */
export interface HeldOutClips {
  /** Real clips that the model was not trained on, at least 4. */
  readonly real: readonly Clip[];
  /** The same through the VAE, in the same order. */
  readonly reconstructed?: readonly Clip[];
  /** Generated ones, at least 2; best one for the caption of each real one, in the same order. */
  readonly generated?: readonly Clip[];
  /** Clips that the model was trained on, at least 2. */
  readonly training?: TrainingClips;
  /** Labels of the real clips, which those made of them ought to show. */
  readonly labels?: readonly ClipLabels[];
}

/** Training clips, read one after the other. */
export interface TrainingClips {
  readonly count: number;
  /** The same clip for the same index. */
  clipAt(index: number): Promise<Clip>;
  /** Their features by the first network, if they are known already. */
  readonly features?: FeatureSummary;
  /** Labels of each. */
  readonly labels?: readonly ClipLabels[];
}

/** A distance of two clips by a network: LPIPS, InceptionV3. */
export interface PairDistance {
  /** In the result: `LPIPS v0.1 (alex)`. */
  readonly name: string;
  distance(a: Clip, b: Clip): Promise<number>;
}

/** Networks and resources of an evaluation. */
export interface HeldOutWork {
  /** Networks of the distances; the first also finds the nearest training clips. */
  readonly networks: readonly [FeatureNetwork, ...FeatureNetwork[]];
  /** Distances of reconstructions. */
  readonly pairs: readonly PairDistance[];
  /** Frames between the seams that are measured. */
  readonly latentFrames: LatentFrames;
  /** Of the halves and of the bootstrap. */
  readonly seed: number;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Processes that share the features and the flow; default: this one. */
  readonly ranks?: Ranks | undefined;
}

/** Share of the real held-out clips that lie below the threshold of the nearest. */
const BELOW = 0.05;

/**
 * Evaluates a model on held-out video: reconstruction, distances of sets beside
 * their floor, motion beside that of the real clips, the nearest training clip
 * of each generated one, and where clips have labels, whether they show them.
 * Several ranks share features and flow, with the result of one.
 *
 * @throws {InputError} if there are too few clips, or not as many
 *   reconstructed as real ones
 * @throws {StoppedError} if the signal is aborted
 */
export async function evaluateHeldOut(
  clips: HeldOutClips,
  work: HeldOutWork,
): Promise<HeldOutResult> {
  checkCounts(clips);
  const { real, reconstructed, generated, training } = clips;
  const rng = new Rng(work.seed);
  const halves = halvesOf(real.length, rng.fork("halves"));
  const featuresOf = async (name: string, set: readonly Clip[]) => {
    const all = [];
    for (const network of work.networks) {
      all.push(
        await features(
          network,
          `${name} clips`,
          set.length,
          work,
          (i) => Promise.resolve(set[i]!),
        ),
      );
    }
    return all;
  };
  const ofReal = await featuresOf("real", real);
  const ofGenerated = generated && await featuresOf("generated", generated);
  const ofReconstructed = reconstructed &&
    await featuresOf("reconstructed", reconstructed);
  const distances = (set: readonly FeatureSummary[]) =>
    set.map((summary, i) =>
      distanceFrom(ofReal[i]!, summary, halves, rng.fork("distance"))
    );
  const motion = (set: readonly Clip[]) => motionOf(set, work);
  const ofTraining = training && (generated || clips.labels)
    ? await trainingFeatures(training, work)
    : undefined;
  return {
    ...(reconstructed && {
      reconstruction: await reconstruction(real, reconstructed, work),
    }),
    floor: ofReal.map((summary) => floorOf(summary, halves)),
    distances: {
      ...(ofReconstructed && { reconstructed: distances(ofReconstructed) }),
      ...(ofGenerated && { generated: distances(ofGenerated) }),
    },
    motion: {
      real: motion(real),
      ...(reconstructed && { reconstructed: motion(reconstructed) }),
      ...(generated && { generated: motion(generated) }),
    },
    ...(training && generated && {
      nearest: await nearestOf(
        { real, generated, training },
        { real: ofReal[0]!, generated: ofGenerated![0]! },
        ofTraining!,
      ),
    }),
    ...(training?.labels && clips.labels && {
      labels: await labelScores(clips, {
        real: ofReal[0]!,
        reconstructed: ofReconstructed?.[0],
        generated: ofGenerated?.[0],
        training: ofTraining!,
      }, work),
    }),
  };
}

function checkCounts(
  { real, reconstructed = real, generated = real, training }: HeldOutClips,
): void {
  const refuse = (rule: string, found: string): never => {
    throw new InputError(
      `Cannot evaluate on held-out clips: ${rule}: ${found}; pass more clips`,
    );
  };
  if (real.length < LEAST_CLIPS) {
    refuse(
      `there must be at least ${LEAST_CLIPS} real ones`,
      `there are ${real.length}`,
    );
  }
  if (reconstructed.length !== real.length) {
    refuse(
      `there must be as many reconstructed ones as the ${real.length} real ones`,
      `there are ${reconstructed.length}`,
    );
  }
  if (generated.length < 2) {
    refuse(
      "there must be at least 2 generated ones",
      `there are ${generated.length}`,
    );
  }
  if (training && training.count < 2) {
    refuse(
      "there must be at least 2 training clips",
      `there are ${training.count}`,
    );
  }
}

async function features(
  network: FeatureNetwork,
  label: string,
  count: number,
  { progress, signal, ranks = ONE_RANK }: HeldOutWork,
  clipAt: (index: number) => Promise<Clip>,
): Promise<FeatureStatistics> {
  const { batch: size } = network;
  const { first, end } = batchShareOf(ranks, count, size);
  using task = progress.start({
    label: `${network.setting.network}, ${label}`,
    total: end - first,
    unit: "clips",
  });
  const own: number[] = [];
  for (let at = first; at < end; at += size) {
    if (signal.aborted) throw new StoppedError("Evaluation was stopped");
    const batch = [];
    for (let i = at; i < Math.min(end, at + size); i++) {
      batch.push(await clipAt(i));
    }
    for (const row of await network.featuresOf(batch)) own.push(...row);
    task.update(at - first + batch.length);
  }
  const rows = await joined(ranks, Float32Array.from(own));
  // All rows are kept, in the order of the clips.
  const setting = settingOf(network, await clipAt(0));
  const statistics = new FeatureStatistics(setting, count);
  for (let i = 0; i < count; i++) {
    const at = i * setting.dimension;
    statistics.add(rows.subarray(at, at + setting.dimension));
  }
  return statistics;
}

async function reconstruction(
  real: readonly Clip[],
  reconstructed: readonly Clip[],
  { pairs, signal }: HeldOutWork,
): Promise<NonNullable<HeldOutResult["reconstruction"]>> {
  const decibels = real.map((clip, i) => psnr(reconstructed[i]!, clip))
    .filter(Number.isFinite); // infinite for equal clips
  const similarities = real.map((clip, i) => ssim(reconstructed[i]!, clip));
  const distances: Record<string, Spread> = {};
  for (const { name, distance } of pairs) {
    const values = [];
    for (const [i, clip] of real.entries()) {
      if (signal.aborted) throw new StoppedError("Evaluation was stopped");
      values.push(await distance(reconstructed[i]!, clip));
    }
    distances[name] = spreadOf(values);
  }
  return {
    psnr: decibels.length > 0
      ? spreadOf(decibels)
      : { mean: null, std: null, clips: 0 },
    ssim: spreadOf(similarities),
    distances,
  };
}

type Spread = NonNullable<HeldOutResult["reconstruction"]>["ssim"];

function spreadOf(values: readonly number[]): Spread {
  return {
    mean: meanOf(values),
    std: values.length > 1 ? deviationOf(values) : null,
    clips: values.length,
  };
}

function motionOf(
  clips: readonly Clip[],
  { latentFrames, signal }: HeldOutWork,
): HeldOutResult["motion"]["real"] {
  const { mean, seams, seamChange, ...rest }: MotionSummary = motionSummary(
    clips.map((clip) => {
      if (signal.aborted) throw new StoppedError("Evaluation was stopped");
      return clipMotion(clip, latentFrames);
    }),
  );
  const plain = ({ interval, ...seam }: MotionSummary["seams"]) => ({
    ...seam,
    interval: interval && [...interval] as [number, number],
  });
  return {
    ...rest,
    mean,
    seams: plain(seams),
    seamChange: plain(seamChange),
  };
}

/** Features of the training clips by the first network. */
async function trainingFeatures(
  { features: known, count, clipAt }: TrainingClips,
  work: HeldOutWork,
): Promise<FeatureSummary> {
  // Of many clips only some rows may have been kept.
  return known?.rows.count === count
    ? known
    : await features(work.networks[0], "training clips", count, work, clipAt);
}

/**
 * Whether clips show their labels, by what they look like, by their colours and by
 * how they move. Features of networks also tell generated clips from real ones,
 * whatever they show; colours do so less.
 */
async function labelScores(
  { real, reconstructed, generated, training, labels }: HeldOutClips,
  looks: Readonly<Record<"real" | "training", FeatureSummary>> & {
    readonly reconstructed: FeatureSummary | undefined;
    readonly generated: FeatureSummary | undefined;
  },
  work: HeldOutWork,
): Promise<LabelScore[]> {
  const own = training!.labels!;
  const columns = labelColumns(own);
  const judged = (
    judge: string,
    trained: FeatureRows,
    rowsOf: Readonly<
      Record<"real" | "reconstructed" | "generated", FeatureRows | undefined>
    >,
  ) => {
    const labelled = (name: "reconstructed" | "generated") => {
      const rows = rowsOf[name];
      return rows?.count === labels!.length
        ? { [name]: { rows, labels: labels! } }
        : {};
    };
    return judgeLabels(judge, columns, { rows: trained, labels: own }, {
      real: { rows: rowsOf.real!, labels: labels! },
      ...labelled("reconstructed"),
      ...labelled("generated"),
    });
  };
  const { ranks = ONE_RANK } = work;
  const { count: total } = shareOf(ranks, training!.count);
  using task = work.progress.start({
    label: "colours and optical flow",
    total,
    unit: "clips",
  });
  /** Rows of colours and of flow, one for each clip. */
  const shown = async (count: number, clipAt: TrainingClips["clipAt"]) => {
    const share = shareOf(ranks, count);
    const [colours, flow]: [number[], number[]] = [[], []];
    for (let i = 0; i < share.count; i++) {
      if (work.signal.aborted) throw new StoppedError("Evaluation was stopped");
      const clip = await clipAt(share.first + i);
      colours.push(...colourFeatures(clip));
      flow.push(...flowFeatures(clip));
      task.update(Math.min(i + 1, total));
    }
    const rowsOf = async (own: number[]): Promise<FeatureRows> => {
      const values = await joined(ranks, Float32Array.from(own));
      return { count, dimension: values.length / count, values };
    };
    return { colours: await rowsOf(colours), flow: await rowsOf(flow) };
  };
  const ofSet = async (clips: readonly Clip[] | undefined) =>
    clips && await shown(clips.length, (i) => Promise.resolve(clips[i]!));
  const sets = {
    real: await ofSet(real),
    reconstructed: await ofSet(reconstructed),
    generated: await ofSet(generated),
  };
  const trained = await shown(training!.count, training!.clipAt);
  const by = (kind: "colours" | "flow") => ({
    real: sets.real?.[kind],
    reconstructed: sets.reconstructed?.[kind],
    generated: sets.generated?.[kind],
  });
  return [
    ...judged(work.networks[0].setting.network, looks.training.rows, {
      real: looks.real.rows,
      reconstructed: looks.reconstructed?.rows,
      generated: looks.generated?.rows,
    }),
    ...judged("colours", trained.colours, by("colours")),
    ...judged("optical flow", trained.flow, by("flow")),
  ];
}

async function nearestOf(
  { real, generated, training }: Required<
    Pick<HeldOutClips, "real" | "generated" | "training">
  >,
  rows: Readonly<Record<"real" | "generated", FeatureSummary>>,
  known: FeatureSummary,
): Promise<NonNullable<HeldOutResult["nearest"]>> {
  const neighbours = async (
    set: readonly Clip[],
    { rows }: FeatureSummary,
  ): Promise<Neighbour[]> => {
    const found = [];
    for (const row of nearestRows(rows, known.rows)) {
      const value = psnr(set[row.clip]!, await training.clipAt(row.training));
      found.push({ ...row, psnr: Number.isFinite(value) ? value : null });
    }
    return found.toSorted((a, b) => a.distance - b.distance);
  };
  const ofReal = await neighbours(real, rows.real);
  const ofGenerated = await neighbours(generated, rows.generated);
  const threshold = quantile(ofReal.map(({ distance }) => distance), BELOW);
  return {
    training: training.count,
    generated: ofGenerated,
    real: ofReal,
    threshold,
    below: ofGenerated.filter(({ distance }) => distance < threshold).length,
  };
}
