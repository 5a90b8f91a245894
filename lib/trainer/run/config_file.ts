import * as z from "zod";
import { readCheckedJson, writeFileAtomically } from "../../core/mod.ts";
import type { RunConfig } from "./config.ts";

/** The configuration of a run, in its folder, for people and comparisons. */
const CONFIG_FILE = "config.json";

/** Any JSON object: comparisons read it field by field, also of other versions. */
const schema = z.record(z.string(), z.unknown());

/** Writes the configuration of a run into its folder. */
export async function saveConfig(
  folder: string,
  { run: _, ...config }: RunConfig, // folders are moved
): Promise<void> {
  const json = JSON.stringify(config, null, 2);
  await writeFileAtomically(`${folder}/${CONFIG_FILE}`, `${json}\n`);
}

/**
 * Reads the configuration of a run; undefined for a run of an earlier version.
 *
 * @throws {InputError} if the file is damaged
 */
export async function readConfig(
  folder: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  return await readCheckedJson(
    `${folder}/${CONFIG_FILE}`,
    schema,
    "remove it: the next training in the folder writes it again",
  );
}
