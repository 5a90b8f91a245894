import { InputError } from "../../core/mod.ts";
import {
  fetchSafetensorsHeader,
  readSafetensorsHeader,
  type SafetensorsHeader,
} from "../../formats/safetensors/mod.ts";
import { compareHeader, LTX2, totalsOf } from "../../ltx2/mod.ts";
import { StoppedError } from "../../core/mod.ts";
import { type FlagSchema, print, type Program } from "../command_line/mod.ts";
import { analyzeFlags, type AnalyzeOptions } from "./options.ts";
import { analysisText, comparisonText } from "./report.ts";
import { baseModel } from "./subject.ts";

/** Most milliseconds for a server to send a header. */
const TIMEOUT_MS = 60_000;

/** `deno task analyze`: LTX-2 from its configuration, and compared with a real file. */
async function analyze(
  { file, url, json }: AnalyzeOptions,
  signal: AbortSignal,
): Promise<number> {
  const name = file ?? url;
  // Before printing: the error of a wrong file must not follow half a report.
  const comparison = name === undefined
    ? undefined
    : compareHeader(await headerOf({ file, url }, signal), LTX2, name);
  if (json) {
    print(JSON.stringify({ ...totalsOf(LTX2), comparison }, null, 2));
  } else {
    print(analysisText(LTX2, baseModel()));
    if (comparison) print(comparisonText(name!, comparison));
  }
  return comparison === undefined || comparison.matches ? 0 : 1;
}

/**
 * The header of the file that is compared.
 *
 * @throws {InputError} if it cannot be read
 */
export async function headerOf(
  { file, url }: Pick<AnalyzeOptions, "file" | "url">,
  signal: AbortSignal,
): Promise<SafetensorsHeader> {
  if (file !== undefined) return await readSafetensorsHeader(file);
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  try {
    return await fetchSafetensorsHeader(url!, {
      signal: AbortSignal.any([signal, timeout]),
    });
  } catch (error) {
    if (signal.aborted) throw new StoppedError("stopped");
    if (!timeout.aborted) throw error;
    throw new InputError(
      `Cannot read "${url}": the server must send the header within ` +
        `${TIMEOUT_MS / 1000} s: it did not; download it and pass --file`,
    );
  }
}

/** `deno task analyze` without its notebook. */
export const analyzeCommand: Program<FlagSchema> = {
  usage: "deno task analyze",
  purpose:
    "Analyses LTX-2 from its configuration, and compares a real file with it.",
  flags: analyzeFlags,
  run: (given, signal) => analyze(analyzeFlags.parse(given), signal),
};
