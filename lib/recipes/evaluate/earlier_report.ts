import {
  type Difference,
  exists,
  firstDifference,
  InputError,
} from "../../core/mod.ts";
import { type EvaluateOptions, EVALUATION_FOLDER } from "./options.ts";

/** Options on which the findings do not depend. */
const NEUTRAL = ["out", "overwrite", "json", "device", "cache", "batch"];

/**
 * The folder of an evaluation. Beside the default folder, where the report of
 * another evaluation lies, the first numbered one that has none or the same: an
 * evaluation that was stopped finds its own again.
 */
export async function evaluationFolder(
  options: EvaluateOptions,
): Promise<string> {
  if (options.out !== EVALUATION_FOLDER || options.overwrite) {
    return options.out;
  }
  let [out, number] = [EVALUATION_FOLDER, 1];
  while (await changeIn(out, options)) {
    number++;
    out = `${EVALUATION_FOLDER}_${String(number).padStart(2, "0")}`;
  }
  return out;
}

/**
 * Refuses to replace the report of another evaluation. The same one may go on,
 * or be made again from its cache.
 *
 * @throws {InputError} naming the option that differs
 */
export async function assertSameEvaluation(
  options: EvaluateOptions,
): Promise<void> {
  if (options.overwrite) return;
  const changed = await changeIn(options.out, options);
  if (changed === undefined) return;
  throw new InputError(
    `Cannot write "${options.out}/report.json": it must be of the same ` +
      `evaluation: its ${changed.field} is ${changed.before}, and that of this ` +
      `one is ${changed.after}; choose another folder with --out, or pass ` +
      "--overwrite to replace it",
  );
}

/** How an evaluation differs from that of a folder; undefined where it does not. */
async function changeIn(
  folder: string,
  options: EvaluateOptions,
): Promise<Difference | undefined> {
  const path = `${folder}/report.json`;
  if (!await exists(path)) return undefined;
  const earlier = await Deno.readTextFile(path)
    .then((text) => JSON.parse(text).options as unknown).catch(() => undefined);
  return firstDifference(lasting(earlier), lasting(options));
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
