import {
  backboneFlops,
  type BackboneShape,
  blockFlops,
  tokensOfEqualShares,
  totalFlops,
} from "../cost/flops.ts";
import { phaseTokens } from "../cost/phases.ts";
import type { OwnModel } from "../decisions.ts";
import { axisOf, COLOURS, type Figure, layoutOf } from "./figure.ts";

/** Points of a curve for each doubling of the tokens. */
const STEPS = 4;

/** Logarithmic scale of `STEPS` values an octave, rounded. */
function tokenScale(from: number, to: number): number[] {
  const count = Math.round(Math.log2(to / from) * STEPS);
  return Array.from(
    { length: count + 1 },
    (_, i) => Math.round(from * 2 ** (i / STEPS)),
  );
}

/**
 * Shares of linear layers and of attention in a block of LTX-2, video only.
 *
 * @param width `D`.
 * @param text Tokens of the prompt.
 */
export function sharesFigure(width: number, text: number): Figure {
  const tokens = tokenScale(256, 262_144);
  const even = tokensOfEqualShares("cross", width);
  const share = (video: number): number => {
    const flops = blockFlops("cross", { width, cnnWidth: 0 }, { video, text });
    return 100 * flops.linear / totalFlops(flops);
  };
  const area = (name: string, colour: string, y: number[]) => ({
    type: "scatter",
    mode: "lines",
    stackgroup: "share",
    name,
    x: tokens,
    y,
    line: { width: 0 },
    fillcolor: colour,
  });
  return {
    data: [
      area("linear layers", COLOURS.light, tokens.map(share)),
      area("attention", COLOURS.orange, tokens.map((n) => 100 - share(n))),
    ],
    layout: layoutOf("Cost of an LTX-2 block by share, video only", {
      xaxis: tokenAxis(tokens),
      yaxis: axisOf("share of operations, %", { range: [0, 100] }),
      ...marks([[even, `7 D = ${even.toLocaleString("en")}`]]),
    }),
  };
}

/**
 * Cost of a token against the number of tokens, for the pure and the hybrid
 * backbone; vertical lines mark the phases.
 */
export function costFigure(own: OwnModel): Figure {
  const { hybrid, pure, textTokens: text, phases, latent } = own;
  const tokens = tokenScale(128, 32_768);
  const line = (
    name: string,
    shape: BackboneShape,
    colour: string,
    linearOnly: boolean,
  ) => ({
    type: "scatter",
    mode: "lines",
    name,
    x: tokens,
    y: tokens.map((video) => {
      const flops = backboneFlops(shape, { video, text });
      return (linearOnly ? flops.linear : totalFlops(flops)) / video / 1e6;
    }),
    line: { color: colour, width: 2, dash: linearOnly ? "dot" : "solid" },
  });
  const byTokens = new Map<number, string[]>();
  for (const phase of phases) {
    const count = phaseTokens(phase, latent);
    byTokens.set(count, [...byTokens.get(count) ?? [], phase.name]);
  }
  return {
    data: [
      line("pure Transformer", pure, COLOURS.orange, false),
      line("its linear layers", pure, COLOURS.orange, true),
      line("hybrid", hybrid, COLOURS.blue, false),
      line("its linear layers", hybrid, COLOURS.blue, true),
    ],
    layout: layoutOf("Cost of one token in the forward pass", {
      xaxis: tokenAxis(tokens),
      yaxis: axisOf("operations per token, MFLOP", { rangemode: "tozero" }),
      ...marks(
        [...byTokens].map(([count, names]) => [
          count,
          `phase ${names.join(", ")}`,
        ]),
      ),
    }),
  };
}

/** A logarithmic axis, marked at every second doubling. */
function tokenAxis(tokens: readonly number[]): Record<string, unknown> {
  const marked = tokens.filter((_, i) => i % (2 * STEPS) === 0);
  return axisOf("video tokens of a clip", {
    type: "log",
    tickvals: marked,
    ticktext: marked.map((count) => count.toLocaleString("en")),
  });
}

/** Labelled vertical lines on a logarithmic axis. */
function marks(
  places: readonly (readonly [x: number, text: string])[],
): { shapes: unknown[]; annotations: unknown[] } {
  return {
    shapes: places.map(([x]) => ({
      type: "line",
      x0: x,
      x1: x,
      yref: "paper",
      y0: 0,
      y1: 1,
      line: { color: COLOURS.grey, width: 1, dash: "dash" },
    })),
    annotations: places.map(([x, text]) => ({
      x: Math.log10(x), // annotations of logarithmic axes count in exponents
      yref: "paper",
      y: 0.98,
      xanchor: "right",
      xshift: -4,
      showarrow: false,
      text,
    })),
  };
}
