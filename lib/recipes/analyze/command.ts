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

/** How long a server may take to send a header. */
const PATIENCE_MS = 60_000;

/** `deno task analyze`: LTX-2 from its configuration, and beside a real file. */
async function analyze(
  { file, url, json }: AnalyzeOptions,
  signal: AbortSignal,
): Promise<number> {
  const name = file ?? url;
  // Before anything is printed: a wrong file must not follow half a report.
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
  const patience = AbortSignal.timeout(PATIENCE_MS);
  try {
    return await fetchSafetensorsHeader(url!, {
      signal: AbortSignal.any([signal, patience]),
    });
  } catch (error) {
    if (signal.aborted) throw new StoppedError("stopped");
    if (!patience.aborted) throw error;
    throw new InputError(
      `Cannot read "${url}": the server must send the header within ` +
        `${
          PATIENCE_MS / 1000
        } s: it did not; download the file and pass --file`,
    );
  }
}

/** `deno task analyze` in the process that runs it. */
export const analyzeCommand: Program<FlagSchema> = {
  usage: "deno task analyze",
  purpose:
    "Takes LTX-2 apart from its configuration, and compares a real file with it.",
  flags: analyzeFlags,
  run: (given, signal) => analyze(analyzeFlags.parse(given), signal),
};
