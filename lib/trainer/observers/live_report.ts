import { writeFileAtomically } from "../../core/mod.ts";
import { encodeGif } from "../../dataset/encode/mod.ts";
import { type JsonRecord, readJsonl } from "../../formats/jsonl/mod.ts";
import { type Curve, htmlReport, type Medium } from "../report/mod.ts";
import { type Stage, STAGES, titleOf } from "../stages/stages.ts";
import type { RunEnd, RunObserver, Samples } from "./observer.ts";

/** Milliseconds between updates of the page. */
const INTERVAL = 60_000;
/** Maximum number of points of a curve. */
const POINTS = 500;
/** Number of samples on the page. */
const SHOWN = 8;

/** Facts about a run for the page. */
export interface RunFacts {
  readonly title: string;
  readonly subtitle: string;
  readonly facts: readonly (readonly [label: string, value: string])[];
}

/** Writes `report.html` and `summary.json` of a run at intervals. */
export function reportObserver(
  folder: string,
  { title, subtitle, facts }: RunFacts,
  { clock, now }: {
    /** Milliseconds of a steady clock. */
    readonly clock: () => number;
    readonly now: () => Date;
  },
): RunObserver {
  let last = -Infinity;
  let stage: Stage | undefined;
  let [step, totalSteps] = [0, 0];
  let latest: Samples | undefined;
  let end: RunEnd | undefined;
  const write = async (): Promise<void> => {
    last = clock();
    const records = await readJsonl(`${folder}/metrics.jsonl`);
    const state = end?.state ?? "running";
    const summary = {
      state,
      ...(end?.message && { message: end.message }),
      stage,
      step,
      totalSteps,
      updated: now().toISOString(),
      stages: summaryOf(records),
    };
    await writeFileAtomically(
      `${folder}/summary.json`,
      JSON.stringify(summary, null, 2) + "\n",
    );
    await writeFileAtomically(
      `${folder}/report.html`,
      htmlReport({
        title,
        subtitle,
        facts: [
          ["State", end?.message ? `${state}: ${end.message}` : state],
          ["Stage", `${stage}: ${stage ? titleOf(stage) : ""}`],
          ["Update", `${step} of ${totalSteps}`],
          ["Written", summary.updated],
          ...facts,
        ],
        verdicts: [],
        curves: curvesOf(records),
        media: mediaOf(latest),
      }),
    );
  };
  return {
    async begin(name, done, total) {
      [stage, step, totalSteps] = [name, done, total];
      await write();
    },
    async record(_stage, record) {
      step = Number(record.step);
      if (clock() - last >= INTERVAL) await write();
    },
    samples(samples) {
      latest = samples;
    },
    async end(how) {
      end = how;
      if (stage !== undefined) await write();
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** First, last and best figures of each stage. */
function summaryOf(records: readonly JsonRecord[]): Record<string, unknown> {
  return Object.fromEntries(STAGES.flatMap((stage) => {
    const own = records.filter((record) => record.stage === stage);
    if (own.length === 0) return [];
    const losses = numbersOf(own, "loss");
    const scores = numbersOf(own, heldOutField(stage));
    const best = scores.reduce<[number, number] | undefined>(
      (best, score) => !best || score[1] < best[1] ? score : best,
      undefined,
    );
    return [[stage, {
      steps: own.at(-1)!.step,
      skipped: own.filter(({ skipped }) => skipped !== undefined).length,
      firstLoss: losses[0]?.[1],
      lastLoss: losses.at(-1)?.[1],
      firstHeldOut: scores[0]?.[1],
      lastHeldOut: scores.at(-1)?.[1],
      ...(best && { bestHeldOut: { step: best[0], score: best[1] } }),
    }]];
  }));
}

/** The metric of a stage: pixel error for the VAE, else the loss. */
function heldOutField(stage: Stage): string {
  return stage === "vae" ? "heldOutError" : "heldOutLoss";
}

/** Steps and values of a numeric field. */
function numbersOf(
  records: readonly JsonRecord[],
  field: string,
): [step: number, value: number][] {
  return records.flatMap(({ step, [field]: value }) =>
    typeof value === "number" ? [[Number(step), value] as const] : []
  ) as [number, number][];
}

function curvesOf(records: readonly JsonRecord[]): Curve[] {
  return STAGES.flatMap((stage): Curve[] => {
    const own = records.filter((record) => record.stage === stage);
    if (own.length === 0) return [];
    const series = (name: string, field: string): Curve["series"][number] => {
      const points = thinned(numbersOf(own, field));
      return { name, x: points.map(([x]) => x), y: points.map(([, y]) => y) };
    };
    const held = own.filter(({ heldOut }) => heldOut !== undefined);
    const sigmas = Object.keys((held[0]?.heldOut ?? {}) as object);
    const title = `${stage}: ${titleOf(stage)}`;
    const axes = { xLabel: "update", yLabel: "loss", logY: true };
    return [
      {
        ...axes,
        title,
        series: [
          series("loss", "loss"),
          series("held out", heldOutField(stage)),
          series("gradient norm", "gradientNorm"),
        ],
      },
      ...(sigmas.length === 0 ? [] : [{
        ...axes,
        title: `${title}, held out by sigma`,
        series: sigmas.map((sigma) => ({
          name: sigma,
          x: held.map(({ step }) => Number(step)),
          y: held.map(({ heldOut }) =>
            (heldOut as Record<string, number>)[sigma]!
          ),
        })),
      }]),
    ];
  });
}

/** Means of neighbouring points, at most {@link POINTS}. */
function thinned(
  points: readonly [number, number][],
): readonly [number, number][] {
  const each = Math.ceil(points.length / POINTS);
  if (each <= 1) return points;
  const thin: [number, number][] = [];
  for (let i = 0; i < points.length; i += each) {
    const some = points.slice(i, i + each);
    const mean = some.reduce((sum, [, y]) => sum + y, 0) / some.length;
    thin.push([some.at(-1)![0], mean]);
  }
  return thin;
}

function mediaOf(samples: Samples | undefined): Medium[] {
  return samples?.rows.slice(0, SHOWN).map(({ label, clip }) => ({
    title: label,
    kind: "image",
    mime: "image/gif",
    bytes: encodeGif(clip),
    caption: `${samples.stage}, update ${samples.step}`,
  })) ?? [];
}
