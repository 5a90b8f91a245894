import { previewGif } from "../../dataset/encode/mod.ts";
import {
  type EventFile,
  histogramOf,
  openEventFile,
  type SummaryValue,
} from "../../formats/tensorboard/mod.ts";
import { isNdArray, leavesOf } from "../../core/mod.ts";
import type { MetricsRecord } from "../loop/train.ts";
import type { RunObserver } from "./observer.ts";

/** Updates between two points of the curves by sigma. */
const SIGMAS_EVERY = 10;
/** Number of samples of an evaluation. */
const SHOWN = 4;
/** Number of values of a tensor in its histogram; more do not change its look. */
const COUNTED = 20_000;

/**
 * Writes event files for TensorBoard, one run for each stage:
 * `tensorboard --logdir RUN/tensorboard`.
 */
export function tensorboardObserver(
  folder: string,
  { now, host, pid }: {
    /** Seconds since 1970. */
    readonly now: () => number;
    readonly host: string;
    readonly pid: number;
  },
): RunObserver {
  let file: EventFile | undefined;
  return {
    begin(stage, step) {
      file?.[Symbol.dispose]();
      file = openEventFile(`${folder}/${stage}`, {
        now,
        host,
        pid,
        ...(step > 0 && { restartAt: step + 1 }),
      });
    },
    record(_stage, record) {
      const values = scalarsOf(record);
      if (values.length > 0) file?.write(Number(record.step), values);
    },
    samples({ step, rows }) {
      file?.write(
        step,
        rows.slice(0, SHOWN).map(({ clip }, i): SummaryValue => ({
          kind: "image",
          tag: `samples/${i}`,
          bytes: previewGif(clip),
          width: clip.width,
          height: clip.height,
        })),
      );
    },
    parameters(_stage, step, parameters) {
      file?.write(
        step,
        leavesOf(parameters, isNdArray)
          .filter(([, { shape }]) => shape.length >= 2)
          .map(([path, { data }]): SummaryValue => ({
            kind: "histogram",
            tag: `parameters/${path}`,
            value: histogramOf(thinned(data)),
          })),
      );
    },
    [Symbol.asyncDispose]() {
      file?.[Symbol.dispose]();
      return Promise.resolve();
    },
  };
}

/** The numbers of a line of metrics; nested ones as `group/name`. */
function scalarsOf(record: MetricsRecord): SummaryValue[] {
  const step = Number(record.step);
  return Object.entries(record).flatMap(([name, value]): SummaryValue[] => {
    if (name === "step" || name === "stage") return [];
    if (typeof value === "number") {
      return [{ kind: "scalar", tag: name, value }];
    }
    if (name === "bySigma") {
      return step % SIGMAS_EVERY === 0 ? sigmasOf(value as number[]) : [];
    }
    if (typeof value !== "object" || value === null) return [];
    return Object.entries(value).flatMap(([inner, value]) =>
      typeof value === "number"
        ? [{ kind: "scalar", tag: `${name}/${inner}`, value } as const]
        : []
    );
  });
}

/** Loss in each tenth of the sigmas, tagged with its centre. */
function sigmasOf(means: readonly (number | null)[]): SummaryValue[] {
  return means.flatMap((value, i): SummaryValue[] => {
    if (value === null) return [];
    const middle = ((i + 0.5) / means.length).toFixed(2);
    return [{ kind: "scalar", tag: `loss by sigma/${middle}`, value }];
  });
}

function thinned(data: ArrayLike<number>): number[] {
  const stride = Math.max(1, Math.ceil(data.length / COUNTED));
  return Array.from(
    { length: Math.floor(data.length / stride) },
    (_, i) => data[i * stride]!,
  );
}
