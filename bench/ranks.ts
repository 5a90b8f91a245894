import { openDevice } from "lib/compiler/mod.ts";
import { alignColumns, InputError, Rng } from "lib/core/mod.ts";
import { sampleTimesteps } from "lib/models/diffusion/mod.ts";
import { tokenisePrompts } from "lib/models/text/mod.ts";
import { clipPositions, initModels } from "lib/models/text_to_video/mod.ts";
import { latentSizeOf } from "lib/models/vae/mod.ts";
import { launchOf, openRanks, type Ranks } from "lib/ranks/mod.ts";
import { stagePlan } from "lib/recipes/curriculum.ts";
import { PRESETS } from "lib/recipes/presets.ts";
import {
  compileStep,
  type StepRunner,
} from "lib/trainer/loop/compiled_step.ts";
import { holdWhole } from "lib/trainer/loop/held_state.ts";
import {
  ADAMW_DEFAULTS,
  clipShapeOf,
  countParameters,
  diffusionTrainingLoss,
  initTrainState,
  NO_LIMIT,
  updateScalars,
} from "lib/trainer/mod.ts";
import type * as z from "zod";
import { WrongResultError } from "./check.ts";
import type { ranksFlags } from "./flags.ts";
import { medianOf, timed, timingOf } from "./interleave.ts";
import { peakRssBytes } from "./machine.ts";
import type { BenchResult } from "./result.ts";
import {
  type Bucket,
  ethernet,
  type Link,
  predictUpdate,
  type RankWork,
  sumSeconds,
} from "./scaling.ts";

/** Untimed updates. */
const WARMUP = 2;
/** Relative difference of norms by rounding, that of int8 included. */
const NEAR = 1e-3;
/** Sums below this number of values are no gradients. */
const SMALL = 4096;
/** The ranks and links of the table, 1e9 bits a second. */
const SIZES = [2, 4, 8, 16, 32, 64];
const GBITS = [1, 10, 100];

/** Ranks whose sums of gradients are logged, or left out. */
interface Watched extends Ranks {
  /** Whether gradients travel. */
  travel: boolean;
  /** The sums since it was emptied: when they were asked for, and their bytes. */
  readonly sums: { at: number; bytes: number }[];
}

/**
 * Times updates of a phase in the ranks that `mpirun` started, with and without
 * overlap, beside the same ones whose gradients do not travel; predicts them, and
 * those of more ranks.
 *
 * @returns undefined on all ranks but the first
 * @throws {InputError} in a process alone
 */
export async function benchRanks(
  { preset, batch, accumulation, overlap, compression, gbit, ...flags }:
    z.infer<
      typeof ranksFlags
    >,
): Promise<BenchResult | undefined> {
  const launch = launchOf(Deno.env.toObject());
  using joined = openRanks(launch);
  const { size } = joined;
  if (size === 1) {
    throw new InputError(
      "Cannot measure ranks: there must be two or more: there is one; run " +
        "mpirun -n 2 --bind-to none deno task bench ranks",
    );
  }
  const { steps } = flags;
  const threads = flags.threads ?? Math.max(
    1,
    Math.floor(navigator.hardwareConcurrency / (launch?.local ?? 1)),
  );
  using device = await openDevice(flags.device, { threads });
  const ranks = watched(joined);
  const models = PRESETS[preset];
  const plan = stagePlan(preset, "phase1");
  const shape = clipShapeOf(plan);
  const grid = latentSizeOf(models.vae, shape);
  const { text, backbone } = initModels(models, new Rng(1));
  const initial = { text, backbone };
  const rng = new Rng(1).fork(`rank ${joined.rank}`);
  const latents = rng.normals([
    batch,
    grid.frames,
    grid.height,
    grid.width,
    models.vae.latentChannels,
  ]);
  const inputs = {
    latents,
    noise: rng.normals(latents.shape),
    sigmas: sampleTimesteps(rng, batch),
    prompts: tokenisePrompts(
      Array.from({ length: batch }, () => "a red cat rises"),
      models.text,
    ),
    positions: clipPositions(models, shape),
  };
  const config = {
    optimiser: ADAMW_DEFAULTS,
    clipNorm: 1,
    accumulation: accumulation * ranks.size,
  };
  const scalars = updateScalars(1, 0, NO_LIMIT, ADAMW_DEFAULTS);
  using held = new DisposableStack();
  const open = async (overlap: number): Promise<StepRunner<unknown>> => {
    const state = held.use(
      await holdWhole(
        device,
        initTrainState(initial, { averages: true }),
        ranks,
      ),
    );
    const lossOf = diffusionTrainingLoss(models);
    return held.use(
      await compileStep(
        {
          ...{ name: "update", device, config, initial, ranks, overlap },
          compression,
          lossOf: lossOf as never,
        },
        state as never,
      ),
    );
  };
  const update = (step: StepRunner<unknown>) =>
    step.run(
      Array.from({ length: accumulation }, () => inputs) as never,
      scalars,
      { update: 1, learningRate: 0 },
    );
  const whole = await open(1);
  const parted = await open(overlap);
  const sides = [
    { step: whole, travel: false },
    { step: whole, travel: true },
    { step: parted, travel: false },
    { step: parted, travel: true },
  ];
  const times: number[][] = sides.map(() => []);
  const readies: Bucket[][] = [];
  const norms: number[] = [];
  for (let round = -WARMUP; round < steps; round++) {
    for (const [i, { step, travel }] of sides.entries()) {
      ranks.travel = travel;
      ranks.sums.length = 0;
      await joined.barrier();
      const begin = performance.now();
      const { outputs } = await update(step);
      const milliseconds = performance.now() - begin;
      if (round < 0 && travel) norms.push(outputs.gradientNorm!.data[0]!);
      if (round < 0) continue;
      times[i]!.push(milliseconds);
      if (step !== parted || travel) continue;
      readies.push(
        ranks.sums.map(({ at, bytes }) => ({
          ready: (at - begin) / 1000,
          bytes,
        })),
      );
    }
  }
  checkNorms(norms);
  const link = await linkOf(joined, steps);
  if (joined.rank > 0) return undefined;

  const medians = times.map((list) => medianOf(list) / 1000);
  const [alone, after, bare, overlapped] = medians as [
    number,
    number,
    number,
    number,
  ];
  const work = workOf(readies, bare, accumulation);
  const communication = after - alone;
  const exposed = Math.max(0, overlapped - bare);
  const predicted = predictUpdate(
    work,
    size,
    gbit === undefined ? link : ethernet(gbit),
  );
  const ms = (seconds: number) => `${(seconds * 1000).toFixed(0)} ms`;
  const percent = (part: number) => `${(100 * part).toFixed(0)} %`;
  const notes = [
    `an update of ${size} ranks: ${ms(after)}, ${ms(alone)} of them without ` +
    `communication; in ${overlap} parts ${ms(overlapped)}, ${ms(bare)} of ` +
    "them without",
    communication > 0
      ? `overlap hides ${percent(1 - exposed / communication)} of ` +
        ms(communication)
      : "what overlap hides cannot be told: other load on this machine varies " +
        "by more than communication takes",
    `sums of 4 MB: ${(link.bytesPerSecond * 8 / 1e9).toFixed(2)} Gbit/s each ` +
    "way",
    `predicted: ${ms(predicted.seconds)}, ` +
    `${percent(predicted.seconds / overlapped - 1)} from the measured; sums ` +
    `${ms(predicted.communication)}, ${ms(predicted.exposed)} of them exposed`,
    "",
    ...efficiencyTable(work),
  ];
  return {
    bench: "ranks",
    device: device.name,
    sizes: {
      ...{ preset, ranks: size, batch, accumulation, overlap, threads },
      compression,
    },
    checked: [`the gradient norm with overlap is that without: ${norms[0]}`],
    parameters: countParameters(initial),
    ...timingOf(times.at(-1)!),
    peakRssBytes: peakRssBytes(),
    note: notes.join("\n"),
  };
}

function watched(ranks: Ranks): Watched {
  const sums: Watched["sums"] = [];
  const self: Watched = {
    ...ranks,
    travel: true,
    sums,
    async sum(values) {
      if (values.length < SMALL) return await ranks.sum(values);
      sums.push({ at: performance.now(), bytes: values.byteLength });
      if (self.travel) await ranks.sum(values);
    },
    // The two halves of a compressed sum, each of half the bytes of one.
    async exchange(bytes) {
      sums.push({ at: performance.now(), bytes: bytes.length / 2 });
      return self.travel ? await ranks.exchange(bytes) : bytes.slice();
    },
    async gather(values, lengths) {
      sums.push({ at: performance.now(), bytes: values.byteLength / 2 });
      if (self.travel) await ranks.gather(values, lengths);
    },
  };
  return self;
}

/** @throws {WrongResultError} if an update with overlap has other gradients */
function checkNorms(norms: readonly number[]): void {
  const wrong = norms.find((norm) => Math.abs(norm / norms[0]! - 1) > NEAR);
  if (wrong === undefined) return;
  throw new WrongResultError(
    `Refusing to time ranks: the gradient norm with overlap must be that ` +
      `without, ${norms[0]}: it is ${wrong}`,
  );
}

/** What a sum over the ranks says of their link. */
async function linkOf(ranks: Ranks, rounds: number): Promise<Link> {
  const secondsOf = async (length: number): Promise<number> => {
    const values = new Float32Array(length);
    const times: number[] = [];
    for (let i = 0; i <= rounds; i++) {
      await ranks.barrier();
      times.push(await timed(() => ranks.sum(values)) / 1000);
    }
    return medianOf(times.slice(1));
  };
  const latency = await secondsOf(1) / 2 / Math.log2(ranks.size);
  const bytes = 2 ** 22;
  const seconds = await secondsOf(bytes / 4);
  const bare = sumSeconds(bytes, ranks.size, { bytesPerSecond: 1, latency: 0 });
  return { bytesPerSecond: bare / seconds, latency };
}

/** Times of a rank's update from those of updates without communication. */
function workOf(
  readies: readonly (readonly Bucket[])[],
  seconds: number,
  count: number,
): RankWork {
  const [first] = readies;
  const ready = first!.map((_, i) =>
    medianOf(readies.map((list) => list[i]!.ready))
  );
  // The last gradients are ready at the end of the last microbatch.
  const microbatch = ready.at(-1)! / count;
  const begin = microbatch * (count - 1);
  return {
    microbatch,
    count,
    update: Math.max(0, seconds - ready.at(-1)!),
    buckets: first!.map(({ bytes }, i) => ({
      ready: ready[i]! - begin,
      bytes,
    })),
  };
}

/** Predicted efficiency by ranks and link. */
function efficiencyTable(work: RankWork): string[] {
  const sent = work.buckets.map(({ bytes }) => (bytes / 1e6).toFixed(1));
  const ready = work.buckets.map(({ ready }) =>
    (100 * ready / work.microbatch).toFixed(0)
  );
  const rows = SIZES.map((ranks) => [
    String(ranks),
    ...GBITS.map((gbit) => {
      const { efficiency } = predictUpdate(work, ranks, ethernet(gbit));
      return `${(100 * efficiency).toFixed(0)} %`;
    }),
  ]);
  return [
    `gradients of ${sent.join(", ")} MB are ready after ${
      ready.join(", ")
    } % ` +
    `of ${(work.microbatch * 1000).toFixed(0)} ms a microbatch`,
    "predicted efficiency, one rank a machine:",
    ...alignColumns(
      [["ranks", ...GBITS.map((gbit) => `${gbit} Gbit/s`)], ...rows],
      () => true,
    ),
  ];
}
