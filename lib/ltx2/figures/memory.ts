import {
  type MemoryPlan,
  totalBytes,
  type TrainingMemory,
  trainingMemory,
} from "../cost/memory.ts";
import { phaseTokens } from "../cost/phases.ts";
import { CARD_BYTES, CAREFUL, type OwnModel } from "../decisions.ts";
import { axisOf, COLOURS, type Figure, layoutOf } from "./figure.ts";

/** The memory of a phase's training step under a plan. */
export interface PhaseMemory {
  readonly phase: string;
  readonly plan: string;
  readonly memory: TrainingMemory;
}

/**
 * Estimates the memory of every phase under three plans: everything kept; one
 * clip at a time with remat; the same with attention one head at a time.
 */
export function memoryByPhase(own: OwnModel): PhaseMemory[] {
  const { hybrid, parameters, textTokens, phases, latent } = own;
  const trained = parameters.backbone + parameters.text;
  return phases.flatMap((phase) => {
    const counts = { video: phaseTokens(phase, latent), text: textTokens };
    const plans: [name: string, plan: MemoryPlan][] = [
      ["all kept", {
        microBatch: phase.batch,
        recompute: false,
        attentionParts: 1,
        averageOnDevice: true,
      }],
      ["again", CAREFUL],
      ["by head", { ...CAREFUL, attentionParts: hybrid.heads }],
    ];
    return plans.map(([plan, how]) => ({
      phase: phase.name,
      plan,
      memory: trainingMemory(trained, hybrid, counts, how),
    }));
  });
}

const PARTS: readonly (readonly [keyof TrainingMemory, string, string])[] = [
  ["weights", "weights", COLOURS.blue],
  ["gradients", "gradients", COLOURS.green],
  ["moments", "AdamW's moments", COLOURS.purple],
  ["average", "averaged weights", COLOURS.grey],
  ["kept", "kept for the backward pass", COLOURS.yellow],
  ["block", "backward pass of one block", COLOURS.orange],
];

/** Figure of a training step's memory by phase and plan, with the card's limit. */
export function memoryFigure(own: OwnModel): Figure {
  const rows = memoryByPhase(own);
  const x = [
    rows.map(({ phase }) => `phase ${phase}`),
    rows.map(({ plan }) => plan),
  ];
  const card = CARD_BYTES / 1e9;
  const top = 2 * card; // the plain plan of the last phases would dwarf the rest
  const totals = rows.map(({ memory }) => totalBytes(memory) / 1e9);
  return {
    data: [
      ...PARTS.map(([part, name, colour]) => ({
        type: "bar",
        name,
        x,
        y: rows.map(({ memory }) => memory[part] / 1e9),
        marker: { color: colour },
      })),
      {
        type: "scatter",
        mode: "text",
        showlegend: false,
        x,
        y: totals.map((total) => Math.min(total, top)),
        text: totals.map((total) => total.toFixed(1)),
        textposition: "top center",
        cliponaxis: false,
      },
    ],
    layout: layoutOf("Memory of a training step, float32", {
      barmode: "stack",
      height: 520,
      margin: { l: 70, r: 70, t: 140, b: 90 },
      legend: { orientation: "h", x: 0, y: 1.08, yanchor: "bottom" },
      xaxis: axisOf("plan, phase", {
        type: "multicategory",
        tickangle: -60,
        automargin: true,
      }),
      yaxis: axisOf("memory, GB", { range: [0, top] }),
      shapes: [{
        type: "line",
        xref: "paper",
        x0: 0,
        x1: 1,
        y0: card,
        y1: card,
        line: { color: COLOURS.red, width: 2 },
      }],
      annotations: [{
        xref: "paper",
        x: 1,
        y: card,
        xanchor: "left",
        xshift: 4,
        align: "left",
        showarrow: false,
        font: { color: COLOURS.red },
        text: `8 GiB =<br>${card.toFixed(2)} GB`,
      }],
    }),
  };
}
