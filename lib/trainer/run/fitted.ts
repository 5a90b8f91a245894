import * as z from "zod";
import { type DeviceProfile, profileOfChoice } from "../../compiler/mod.ts";
import { bytesText, InputError } from "../../core/mod.ts";
import { choicesFor, fits, flagsText, limitsOf } from "../memory/fit.ts";
import { StepCosts } from "../memory/step_costs.ts";
import { OPTIMISERS } from "../optimiser/mod.ts";
import type { Stage } from "../stages/stages.ts";
import type { RunConfig, Setting } from "./config.ts";
import { readConfig } from "./config_file.ts";

/** Memory of the process with its device open: a constant, so that choices do not vary. */
const PROCESS_BYTES = 250e6;

const settingSchema = z.object({
  batch: z.int().min(1),
  accumulation: z.int().min(1),
  recompute: z.boolean(),
  averages: z.enum(["device", "host"]),
  update: z.enum(["whole", "layers"]),
  embeddings: z.enum(["device", "host"]).default("device"),
  gradientSums: z.enum(["device", "host"]).default("device"),
  optimiser: z.enum(Object.keys(OPTIMISERS) as (keyof typeof OPTIMISERS)[]),
  crop: z.object({
    width: z.int(),
    height: z.int(),
    frames: z.int(),
  }).optional(),
});

/** What `config.json` of a fitted run says. */
const earlierSchema = z.object({
  fit: z.number(),
  fitted: z.record(z.string(), settingSchema),
});

/**
 * The configuration of a run with `fit`: for each stage the first setting that
 * fits into so much memory. A run that goes on keeps the settings that it began
 * with.
 *
 * @param hostBytes Memory of the machine, for a device that has its own.
 * @throws {InputError} naming the stage that fits in no setting
 */
export async function fittedConfig(
  config: RunConfig,
  stages: readonly Stage[],
  { log }: { log(line: string): void },
  hostBytes: number = Deno.systemMemoryInfo().total,
): Promise<RunConfig> {
  const { fit } = config;
  if (fit === undefined) return config;
  const profile = await profileOf(config);
  const limits = limitsOf(profile.name, fit, hostBytes);
  const earlier = earlierSchema.safeParse(await readConfig(config.run)).data;
  const settings: Record<string, Setting> = earlier?.fit === fit
    ? { ...earlier.fitted }
    : {};
  const plans = { ...config.plans };
  const costs = new StepCosts();
  for (const stage of stages) {
    if (!settings[stage]) {
      log(`fit: ${stage}: estimates settings within ${bytesText(fit)}`);
      const { setting, estimate } = choicesFor(
        config,
        stage,
        limits,
        profile,
        { processBytes: PROCESS_BYTES, costs },
      ).chosen;
      if (!fits(estimate, limits)) {
        throw new InputError(
          `Cannot fit ${stage} into ${bytesText(fit)}: ${flagsText(setting)} ` +
            `takes ${bytesText(estimate.deviceBytes)} of the device and ` +
            `${bytesText(estimate.hostBytes)} of the host; pass a larger ` +
            "--fit, or a smaller preset or --size",
        );
      }
      settings[stage] = setting;
    }
    const { batch, accumulation } = settings[stage]!;
    plans[stage] = { ...plans[stage], batch, accumulation };
    log(`fit: ${stage}: ${flagsText(settings[stage]!)}`);
  }
  return { ...config, plans, fitted: settings };
}

/** The configuration of one stage of a run, with its own setting. */
export function configOfStage(config: RunConfig, stage: Stage): RunConfig {
  const { batch: _batch, accumulation: _accumulation, ...own } =
    config.fitted?.[stage] ?? {};
  return { ...config, ...own };
}

async function profileOf(
  { device }: Pick<RunConfig, "device">,
): Promise<DeviceProfile> {
  const profile = await profileOfChoice(device);
  if (profile) return profile;
  throw new InputError(
    `Cannot use --fit with the device "${device}", which runs no graphs: ` +
      'use "cpu", "webgpu" or "cuda"',
  );
}
