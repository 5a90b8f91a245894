import { exists, firstDifference, InputError } from "../../core/mod.ts";
import type { EvaluateOptions } from "./options.ts";

/** Options on which the findings do not depend. */
const NEUTRAL = ["out", "overwrite", "json", "device", "cache", "batch"];

/**
 * Refuses to replace the report of another evaluation. The same one may go on,
 * or be made again from its cache.
 *
 * @throws {InputError} naming the option that differs
 */
export async function assertSameEvaluation(
  options: EvaluateOptions,
): Promise<void> {
  const path = `${options.out}/report.json`;
  if (options.overwrite || !await exists(path)) return;
  const earlier = await Deno.readTextFile(path)
    .then((text) => JSON.parse(text).options as unknown).catch(() => undefined);
  const changed = firstDifference(lasting(earlier), lasting(options));
  if (changed === undefined) return;
  throw new InputError(
    `Cannot write "${path}": it must be of the same evaluation: its ` +
      `${changed.field} is ${changed.before}, and that of this one is ` +
      `${changed.after}; choose another folder with --out, or pass --overwrite ` +
      "to replace it",
  );
}

function lasting(options: unknown): unknown {
  if (typeof options !== "object" || options === null) return options;
  return Object.fromEntries(
    Object.entries(options).filter(([name, value]) =>
      // Reports of earlier versions do not name a flag that was not given.
      !NEUTRAL.includes(name) && !(Array.isArray(value) && value.length === 0)
    ),
  );
}
