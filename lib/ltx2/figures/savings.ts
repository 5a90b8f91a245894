import type { Decision } from "../decisions.ts";
import { axisOf, COLOURS, type Figure, layoutOf } from "./figure.ts";

/** Figure of each decision's saving, as a factor. */
export function savingsFigure(decisions: readonly Decision[]): Figure {
  const rows = decisions.toReversed().map(({ name, saves }) => ({
    name: `${name}<br><sub>${saves.what}</sub>`,
    factor: saves.before / saves.after,
    text: `${factorText(saves.before / saves.after)}x: ` +
      `${saves.before.toPrecision(3)} to ${
        saves.after.toPrecision(3)
      } ${saves.unit}`,
  }));
  return {
    data: [{
      type: "bar",
      orientation: "h",
      y: rows.map(({ name }) => name),
      x: rows.map(({ factor }) => factor),
      text: rows.map(({ text }) => text),
      textposition: "outside",
      cliponaxis: false,
      marker: { color: COLOURS.blue },
    }],
    layout: layoutOf("What each decision saves", {
      margin: { l: 330, r: 230, t: 60, b: 60 },
      xaxis: axisOf("times less, without and with it", {
        type: "log",
        dtick: 1,
      }),
      yaxis: axisOf("decision", { automargin: true }),
    }),
  };
}

/** Two significant digits, more from 100 on. */
function factorText(factor: number): string {
  return factor.toFixed(factor < 10 ? 1 : 0);
}
