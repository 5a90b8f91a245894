import * as z from "zod";
import { InputError } from "../../core/mod.ts";

/** The parts of a run whose settings `--set` changes. */
export const SETTABLE = [
  "optimiser",
  "schedule",
  "vae",
  "text",
  "backbone",
  "loss",
  "clips",
] as const;

/** Name of a part. */
export type SettablePart = typeof SETTABLE[number];

/** Values by the names of settings. */
export type Settings = Readonly<Record<string, unknown>>;

/** The flag `--set`, which may be repeated. */
export const setFlag = z.array(
  z.string().superRefine((text, context) => {
    const { part, name } = parsed(text);
    const isPart = SETTABLE.some((one) => one === part);
    if (isPart && name !== "") return;
    context.addIssue({
      code: "custom",
      message:
        "must be PART.NAME=VALUE, such as schedule.cooldown=0.1, with a part of " +
        SETTABLE.join(", "),
    });
  }),
).default([]).describe(
  "setting of a part, PART.NAME=VALUE, such as optimiser.weightDecay=0.1 or backbone.width=128; the parts are " +
    SETTABLE.join(", "),
);

/** What `--set` gives for each part. */
export function settingsOf(
  texts: readonly string[],
): Readonly<Partial<Record<SettablePart, Settings>>> {
  const settings: Partial<Record<SettablePart, Settings>> = {};
  for (const text of texts) {
    const { part, name, value } = parsed(text);
    const own = settings[part as SettablePart];
    settings[part as SettablePart] = { ...own, [name]: value };
  }
  return settings;
}

/**
 * Checks settings of a part.
 *
 * @param schema Of all settings.
 * @param defaults Values of settings that are not given; those of the schema
 *   where left out.
 * @returns all settings
 * @throws {InputError} naming the setting, the rule and the value
 */
export function checkedSettings<T>(
  part: SettablePart,
  schema: z.ZodType<T>,
  given: Settings = {},
  defaults: unknown = {},
): T {
  const result = schema.safeParse({ ...defaults as object, ...given });
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const unknown = issue!.code === "unrecognized_keys" ? issue!.keys[0]! : "";
  const name = unknown || String(issue!.path[0] ?? "");
  const names = schema instanceof z.ZodObject
    ? `; its settings are ${Object.keys(schema.shape).join(", ")}`
    : "";
  throw new InputError(
    `Cannot use --set ${part}.${name}=${JSON.stringify(given[name])}: ` +
      (unknown ? `${part} has no such setting` : issue!.message) + names,
  );
}

/** `schedule.cooldown=0.1`; a value that is no JSON is a text. */
function parsed(
  text: string,
): { readonly part: string; readonly name: string; readonly value: unknown } {
  const [, part = "", name = "", value = ""] =
    /^(\w+)\.(\w+)=(.*)$/s.exec(text) ?? [];
  try {
    return { part, name, value: JSON.parse(value) };
  } catch {
    return { part, name, value };
  }
}
