import { resolve } from "node:path";
import * as z from "zod";
import { readCheckedJson, writeFileAtomically } from "../../core/mod.ts";
import { stagePlanSchema } from "../stages/stage_plan.ts";
import { STAGES } from "../stages/stages.ts";
import type { DataConfig } from "./run_data.ts";

/** Names the data of a run, in its folder. */
const DATA_FILE = "data.json";

const schema = z.strictObject({
  data: z.array(z.strictObject({ path: z.string(), weight: z.number() })),
  world: z.number(),
  curriculum: z.enum(["phases", "none"]),
  fill: z.boolean(),
  exact: z.strictObject({
    size: z.boolean(),
    frames: z.boolean(),
    fps: z.boolean(),
  }),
  languages: z.string(),
  plans: z.record(z.enum(STAGES), stagePlanSchema),
  replayFraction: z.number(),
  seed: z.number(),
  /** Whether the clips are those of the run's module, and their settings. */
  ownClips: z.boolean().optional(),
  settings: z.strictObject({
    clips: z.record(z.string(), z.unknown()).optional(),
  }).optional(),
});

/** The data of a run, as its folder names it. */
export type SavedData = z.infer<typeof schema>;

/** Writes what determines the data of a run into its folder, for evaluations. */
export async function saveData(
  folder: string,
  config: DataConfig,
): Promise<void> {
  const saved: SavedData = {
    // Evaluations may start elsewhere.
    data: config.data.map(({ path, weight }) => ({
      path: resolve(path),
      weight,
    })),
    world: config.world,
    curriculum: config.curriculum,
    fill: config.fill,
    exact: config.exact,
    languages: config.languages,
    plans: config.plans,
    replayFraction: config.replayFraction,
    seed: config.seed,
    ...(config.own?.parts.clips && {
      ownClips: true,
      settings: { clips: config.settings.clips },
    }),
  };
  const json = JSON.stringify(saved, null, 2);
  await writeFileAtomically(`${folder}/${DATA_FILE}`, `${json}\n`);
}

/**
 * Reads the data of a run; undefined for a folder that names none, such as
 * packed models.
 *
 * @throws {InputError} naming the file and the field, if it is damaged
 */
export async function readData(
  folder: string,
): Promise<SavedData | undefined> {
  return await readCheckedJson(
    `${folder}/${DATA_FILE}`,
    schema,
    "remove it: the next training in the folder writes it again",
  );
}
