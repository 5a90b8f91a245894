import { html } from "hono/html";
import type { RunCurve, RunDetails, RunState } from "../trainings/mod.ts";
import { ageText, type Html, table } from "./page.ts";

const since = (time: Date): string =>
  ageText(Math.max(0, (Date.now() - time.getTime()) / 1000));

/** The list of trainings. */
export function runList(runs: readonly RunState[]): Html {
  return table(
    ["run", "state", "stage", "update", "written"],
    runs.map((run) => [
      html`<a href="/dashboard/runs/${
        encodeURIComponent(run.name)
      }">${run.name}</a>`,
      html`<span class="status-${run.state}">${run.state}</span>`,
      run.stage ?? "",
      run.step === undefined ? "" : `${run.step} of ${run.totalSteps ?? "?"}`,
      `${since(run.updated)} ago`,
    ]),
    "There is no training in this folder: deno task train starts one",
  );
}

/** Sample sheets that are shown. */
const SHOWN = 6;

/** One training: state, curves, samples. */
export function runDetails(run: RunDetails): Html {
  const path = `/dashboard/runs/${encodeURIComponent(run.name)}`;
  return html`${runList([run])}
${
    run.hasReport
      ? html`<p><a href="${path}/report.html">The run's own report</a></p>`
      : ""
  }
<div class="curves">${run.curves.map(curveFigure)}</div>
<div class="films">${
    run.samples.slice(0, SHOWN).map((sample) =>
      html`<figure><a href="${path}/${
        encodeURIComponent(sample)
      }"><img src="${path}/${
        encodeURIComponent(sample)
      }" alt="samples"></a><figcaption>${sample}</figcaption></figure>`
    )
  }</div>`;
}

/** Width and height of a curve. */
const [WIDTH, HEIGHT] = [300, 120];

function curveFigure({ stage, figure, points }: RunCurve): Html {
  const steps = points.map(([step]) => step);
  const values = points.map(([, value]) => value);
  const [left, right] = [Math.min(...steps), Math.max(...steps)];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const scale = (value: number, from: number, to: number): number =>
    to > from ? (value - from) / (to - from) : 0.5;
  const line = points.map(([step, value]) =>
    `${(scale(step, left, right) * WIDTH).toFixed(1)},` +
    `${(5 + (1 - scale(value, low, high)) * (HEIGHT - 10)).toFixed(1)}`
  ).join(" ");
  const figureText = (value: number): string => value.toPrecision(4);
  return html`
    <figure>
      <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img"
        aria-label="${stage} ${figure}">
        <polyline points="${line}" />
      </svg>
      <figcaption>${stage}, ${figure}: ${figureText(
        values.at(-1)!,
      )} at ${right} <span class="quiet">(${figureText(low)} to ${figureText(
        high,
      )})</span></figcaption>
    </figure>
  `;
}
