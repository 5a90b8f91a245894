import type { Device } from "../../compiler/mod.ts";
import type { RunFacts } from "../observers/live_report.ts";
import type { Table } from "../report/mod.ts";
import { scheduleOf } from "../stages/stage_plan.ts";
import { STAGES } from "../stages/stages.ts";
import { planOf, type RunConfig } from "./config.ts";

/**
 * The title, the facts and the settings on the report of a run.
 *
 * @param facts Further facts.
 */
export function reportFacts(
  config: RunConfig,
  device: Pick<Device, "name" | "description">,
  facts: RunFacts["facts"],
): RunFacts {
  const { name, run, world, languages, optimiser, seed } = config;
  return {
    title: `Training of ${name}`,
    subtitle: run,
    facts: [
      ["Device", `${device.name}, ${device.description}`],
      ["Preset", name],
      ["Optimiser", optimiser],
      ["Seed", String(seed)],
      ...(world > 0
        ? [
          ["Data", `synthetic world, weight ${world}`] as const,
          ["Synthetic captions", languages] as const,
        ]
        : []),
      ...facts,
    ],
    tables: [settingsTable(config)],
  };
}

/** The settings of each stage. */
function settingsTable(config: RunConfig): Table {
  return {
    title: "Settings of this command",
    columns: ["stage", "updates", "batch", "learning rate", "clips"],
    rows: STAGES.map((stage) => {
      const plan = planOf(config, stage);
      const { batch, accumulation, learningRate, samples } = plan;
      const { frames, height, width, fps } = plan;
      const { totalSteps } = scheduleOf(plan, config.maxSteps);
      return [
        stage,
        totalSteps.toLocaleString("en-US"),
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
