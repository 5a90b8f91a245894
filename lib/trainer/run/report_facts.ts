import type { Device } from "../../compiler/mod.ts";
import type { RunFacts } from "../observers/live_report.ts";
import type { Table } from "../report/mod.ts";
import { lengthOf } from "../stages/stage_plan.ts";
import type { Stage } from "../stages/stages.ts";
import { planOf, type RunConfig } from "./config.ts";
import type { OwnRun } from "./parts.ts";

/**
 * The title, the facts and the settings on the report of a run.
 *
 * @param facts Further facts.
 * @param stages Those that the command trains.
 */
export function reportFacts(
  config: RunConfig,
  device: Pick<Device, "name" | "description">,
  facts: RunFacts["facts"],
  stages: readonly Stage[],
): RunFacts {
  const nameOf = (part: "optimiser" | "schedule", shipped: string): string =>
    config.own?.parts[part] ? "that of the module" : shipped;
  const { name, run, world, languages, optimiser, schedule, seed } = config;
  return {
    title: `Training of ${name}`,
    subtitle: run,
    facts: [
      ["Device", `${device.name}, ${device.description}`],
      ["Preset", name],
      ...(config.own ? [["Module", moduleText(config.own)] as const] : []),
      [
        "Optimiser",
        withSettings(nameOf("optimiser", optimiser), config.settings.optimiser),
      ],
      [
        "Schedule",
        withSettings(nameOf("schedule", schedule), config.settings.schedule),
      ],
      ["Seed", String(seed)],
      ...(world > 0
        ? [
          ["Data", `synthetic world, weight ${world}`] as const,
          ["Synthetic captions", languages] as const,
        ]
        : []),
      ...facts,
    ],
    tables: [settingsTable(config, stages)],
  };
}

/** `mine.ts (1f2e3d4c): backbone, loss` */
function moduleText({ reference, parts }: OwnRun): string {
  return `${reference.path} (${reference.digest.slice(0, 8)}): ${
    Object.keys(parts).join(", ")
  }`;
}

/** `adamw, weightDecay 0.1` */
function withSettings(
  name: string,
  settings: Readonly<Record<string, unknown>> = {},
): string {
  return [
    name,
    ...Object.entries(settings).map(([key, value]) => `${key} ${value}`),
  ]
    .join(", ");
}

/** The settings of each stage. */
function settingsTable(config: RunConfig, stages: readonly Stage[]): Table {
  return {
    title: "Settings",
    columns: ["stage", "updates", "batch", "learning rate", "clips"],
    rows: stages.map((stage) => {
      const plan = planOf(config, stage);
      const { batch, accumulation, learningRate, samples } = plan;
      const { frames, height, width, fps } = plan;
      return [
        stage,
        lengthOf(plan, config.maxSteps).toLocaleString("en-US"),
        accumulation === 1 ? `${batch}` : `${batch} x ${accumulation}`,
        `${learningRate}`,
        stage === "text"
          ? `${samples.toLocaleString("en-US")} pairs of captions`
          : `${samples.toLocaleString("en-US")} of about ` +
            `${frames}x${height}x${width} at ${fps} fps`,
      ];
    }),
  };
}
