import { dirname } from "node:path";
import {
  assertReplaceable,
  assertWritableFile,
  makeWritableFolder,
} from "../../core/mod.ts";
import { terminalProgress } from "../../core/progress/mod.ts";
import { launchOf } from "../../ranks/mod.ts";
import { log, print, runProgram } from "../command_line/mod.ts";
import { inRanks } from "../in_ranks.ts";
import type { MetricHost } from "./host.ts";
import { measure } from "./measure.ts";
import { metricsFlags, type MetricsOptions } from "./options.ts";
import { resultText } from "./result_text.ts";

/** `deno task metrics`: videos in numbers. */
async function metrics(
  options: MetricsOptions,
  signal: AbortSignal,
): Promise<number> {
  const { page, overwrite } = options;
  if (page !== undefined) {
    await assertReplaceable([page], overwrite, "--page");
    await assertWritableFile(page, "--page");
    await makeWritableFolder(dirname(page), "--page");
  }
  const host = { progress: terminalProgress(), signal, log };
  await inRanks<MetricHost>(
    launchOf(Deno.env.toObject()),
    host,
    async (host) => {
      const result = await measure(options, host);
      if (host.ranks && host.ranks.rank > 0) return;
      print(
        options.json ? JSON.stringify(result, null, 2) : resultText(result),
      );
      if (page !== undefined) log(`page: ${page}`);
    },
  );
  return 0;
}

if (import.meta.main) {
  await runProgram({
    usage: "deno task metrics",
    purpose: "Measures videos: against each other, as sets, or by themselves.",
    flags: metricsFlags,
    run: metrics,
  });
}
