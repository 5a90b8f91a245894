import { durationText, grouped, writeFileAtomically } from "../../core/mod.ts";
import { previewGif } from "../../dataset/encode/mod.ts";
import { type JsonRecord, readJsonl } from "../../formats/jsonl/mod.ts";
import {
  htmlReport,
  type Medium,
  type MemoryBar,
  type Report,
} from "../report/mod.ts";
import { type Stage, STAGES, titleOf } from "../stages/stages.ts";
import type { RunEnd, RunObserver, Samples } from "./observer.ts";
import { curvesOf, heldOutField, numbersOf } from "./run_curves.ts";
import { lastSampleSheets } from "./sample_sheets.ts";

/** Milliseconds between updates of the page. */
const INTERVAL = 60_000;
/** Number of samples on the page. */
const SHOWN = 8;

/** Facts about a run for the page. */
export interface RunFacts
  extends Pick<Report, "title" | "subtitle" | "facts" | "tables"> {}

/** Writes `report.html` and `summary.json` of a run at intervals. */
export function reportObserver(
  folder: string,
  { facts, ...about }: RunFacts,
  { clock, now }: {
    /** Milliseconds of a steady clock. */
    readonly clock: () => number;
    readonly now: () => Date;
  },
): RunObserver {
  let last = -Infinity;
  let stage: Stage | undefined;
  let [step, totalSteps] = [0, 0];
  let begun = { step: 0, at: 0 };
  let latest: Samples | undefined;
  const memory = new Map<Stage, MemoryBar>();
  let end: RunEnd | undefined;
  const write = async (): Promise<void> => {
    last = clock();
    const records = await readJsonl(`${folder}/metrics.jsonl`);
    const state = end?.state ?? "running";
    const rate = (step - begun.step) / ((clock() - begun.at) / 1000);
    const updatesPerSecond = rate > 0 && Number.isFinite(rate)
      ? Number(rate.toPrecision(3))
      : undefined;
    const summary = {
      state,
      ...(end?.message && { message: end.message }),
      stage,
      step,
      totalSteps,
      updatesPerSecond,
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
        ...about,
        ...(state === "running" && { refreshSeconds: INTERVAL / 1000 }),
        facts: [
          ["State", end?.message ? `${state}: ${end.message}` : state],
          ["Stage", `${stage}: ${stage ? titleOf(stage) : ""}`],
          ["Update", `${grouped(step)} of ${grouped(totalSteps)}`],
          ...(updatesPerSecond === undefined ? [] : [
            ["Speed", speedText(updatesPerSecond, totalSteps - step)] as const,
          ]),
          ["Written", summary.updated],
          ...facts,
        ],
        verdicts: [],
        memory: [...memory.values()],
        curves: curvesOf(records),
        media: [...newestOf(latest), ...await earlierOf(folder, latest)],
      }),
    );
  };
  return {
    async begin(name, done, total) {
      [stage, step, totalSteps] = [name, done, total];
      begun = { step, at: clock() };
      await write();
    },
    async record(_stage, record) {
      step = Number(record.step);
      if (clock() - last >= INTERVAL) await write();
    },
    samples(samples) {
      latest = samples;
    },
    memory(stage, bar) {
      memory.set(stage, bar);
    },
    async end(how) {
      end = how;
      if (stage !== undefined) await write();
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** `1.5 updates a second, evaluations included; 2 h 5 min left`. */
function speedText(updatesPerSecond: number, left: number): string {
  const text = `${updatesPerSecond} updates a second, evaluations included`;
  return left <= 0
    ? text
    : `${text}; ${durationText(left / updatesPerSecond)} left in this stage`;
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

/** The samples of the last evaluation, moving. */
function newestOf(samples: Samples | undefined): Medium[] {
  return samples?.rows.slice(0, SHOWN).map(({ label, clip }) => ({
    title: label,
    kind: "image",
    mime: "image/gif",
    bytes: previewGif(clip),
    caption: `${samples.stage}, update ${grouped(samples.step)}`,
  })) ?? [];
}

/** The last sample sheets of the other stages, such as the VAE's under a phase. */
async function earlierOf(
  folder: string,
  latest: Samples | undefined,
): Promise<Medium[]> {
  const sheets = (await lastSampleSheets(folder))
    .filter(({ stage }) => stage !== latest?.stage);
  return await Promise.all(sheets.map(async ({ stage, step, path }) => ({
    title: `${stage}: ${titleOf(stage)}`,
    kind: "image",
    mime: "image/png",
    bytes: await Deno.readFile(path),
    caption: `${stage}, update ${grouped(step)}`,
  })));
}
