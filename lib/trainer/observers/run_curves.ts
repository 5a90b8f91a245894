import type { JsonRecord } from "../../formats/jsonl/mod.ts";
import type { Curve, Series } from "../report/mod.ts";
import { type Stage, STAGES, titleOf } from "../stages/stages.ts";

/** Maximum number of points of a curve. */
const POINTS = 500;

/** A quantity of training: the fields of the metrics that share its axis. */
interface Quantity {
  readonly label: string;
  readonly logY: boolean;
  /** Name of each line and its field. */
  readonly fields: readonly (readonly [name: string, field: string])[];
}

/** What is plotted of a stage, each quantity on an axis of its own. */
function quantitiesOf(stage: Stage): Quantity[] {
  const loss = { label: "loss", logY: true };
  return [
    ...(stage === "vae"
      ? [
        { ...loss, fields: [["training", "loss"]] as const },
        {
          label: "held-out PSNR (dB)",
          logY: false,
          fields: [["held out", "heldOutPsnr"]] as const,
        },
      ]
      : [{
        ...loss,
        fields: [["training", "loss"], ["held out", "heldOutLoss"]] as const,
      }]),
    {
      label: "gradient norm",
      logY: true,
      fields: [["gradient norm", "gradientNorm"]],
    },
    {
      label: "learning rate",
      logY: true,
      fields: [["learning rate", "learningRate"]],
    },
  ];
}

/** The metric by which a stage is judged: pixel error for the VAE, else the loss. */
export function heldOutField(stage: Stage): string {
  return stage === "vae" ? "heldOutError" : "heldOutLoss";
}

/** The curves of a run: of each stage one for each quantity. */
export function curvesOf(records: readonly JsonRecord[]): Curve[] {
  return STAGES.flatMap((stage): Curve[] => {
    const own = records.filter((record) => record.stage === stage);
    if (own.length === 0) return [];
    const title = `${stage} (${titleOf(stage)})`;
    return [
      ...quantitiesOf(stage).map(({ label, logY, fields }) => ({
        title: `${title}: ${label}`,
        xLabel: "update",
        yLabel: label,
        logY,
        series: fields.map(([name, field]) => seriesOf(own, field, name)),
      })).filter(({ series }) => series.some(({ x }) => x.length > 0)),
      ...curveBySigma(stage, own),
      ...ownCurves(title, own),
    ];
  });
}

/**
 * The held-out loss of a phase at each noise level sigma; none before its first
 * evaluation.
 *
 * @param records Lines of `metrics.jsonl`.
 *
 * @example
 * ```ts
 * import { curveBySigma } from "lib/trainer/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const records = [{ stage: "phase1", step: 5, heldOut: { 0.1: 2, 0.9: 1 } }];
 * const [curve] = curveBySigma("phase1", records);
 * assert.deepEqual(curve?.series[1], { name: "sigma 0.9", x: [5], y: [1] });
 * ```
 */
export function curveBySigma(
  stage: Stage,
  records: readonly JsonRecord[],
): Curve[] {
  const held = records.filter((record) =>
    record.stage === stage && record.heldOut !== undefined
  );
  const sigmas = Object.keys((held[0]?.heldOut ?? {}) as object);
  if (sigmas.length === 0) return [];
  return [{
    title: `${stage} (${titleOf(stage)}): held-out loss by sigma`,
    xLabel: "update",
    yLabel: "loss (mean squared error)",
    logY: true,
    ordered: true,
    series: sigmas.map((sigma) => ({
      name: `sigma ${sigma}`,
      x: held.map(({ step }) => Number(step)),
      y: held.map(({ heldOut }) => (heldOut as Record<string, number>)[sigma]!),
    })),
  }];
}

/** The metrics of a module, each on an axis of its own. */
function ownCurves(title: string, own: readonly JsonRecord[]): Curve[] {
  const scored = own.filter(({ scores }) => scores !== undefined);
  const names = Object.keys((scored[0]?.scores ?? {}) as object);
  return names.map((name) => ({
    title: `${title}: ${name}`,
    xLabel: "update",
    yLabel: name,
    series: [{
      name,
      x: scored.map(({ step }) => Number(step)),
      y: scored.map(({ scores }) =>
        Number((scores as Record<string, unknown>)[name])
      ),
    }],
  }));
}

/**
 * A field of the metrics over the updates of one stage, thinned to what a plot
 * shows.
 *
 * @param own Records of one stage.
 *
 * @example
 * ```ts
 * import { seriesOf } from "lib/trainer/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const own = [{ step: 1, loss: 0.5 }, { step: 1, heldOutLoss: 0.6 }];
 * assert.deepEqual(seriesOf(own, "loss", "a"), { name: "a", x: [1], y: [0.5] });
 * ```
 */
export function seriesOf(
  own: readonly JsonRecord[],
  field: string,
  name: string,
): Series {
  const points = thinned(numbersOf(own, field));
  return { name, x: points.map(([x]) => x), y: points.map(([, y]) => y) };
}

/** Steps and values of a numeric field. */
export function numbersOf(
  records: readonly JsonRecord[],
  field: string,
): [step: number, value: number][] {
  return records.flatMap(({ step, [field]: value }) =>
    typeof value === "number" ? [[Number(step), value] as const] : []
  ) as [number, number][];
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
