import * as z from "zod";
import { type ModuleReference, moduleReference } from "../../pipeline/mod.ts";
import { readCheckedJson, writeFileAtomically } from "../../core/mod.ts";
import type { RunConfig } from "./config.ts";

/** The configuration of a run, in its folder, for people and comparisons. */
const CONFIG_FILE = "config.json";

/** Any JSON object: comparisons read it field by field, also of other versions. */
const schema = z.record(z.string(), z.unknown());

/** Writes the configuration of a run into its folder. */
export async function saveConfig(
  folder: string,
  { run: _, own, ...config }: RunConfig, // folders are moved
): Promise<void> {
  const { optimiser, schedule } = own?.parts ?? {};
  const saved = {
    ...config,
    ...(own && { model: own.reference }),
    ...(optimiser && { optimiser: "module" }),
    ...(schedule && { schedule: "module" }),
  };
  const json = JSON.stringify(saved, null, 2);
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

/** The module of a run, as its folder names it; undefined for a run without one. */
export async function savedModule(
  folder: string,
): Promise<ModuleReference | undefined> {
  return moduleReference.safeParse((await readConfig(folder))?.model).data;
}
