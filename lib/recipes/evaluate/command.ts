import { terminalProgress } from "../../core/progress/mod.ts";
import {
  type FlagSchema,
  log,
  print,
  type Program,
} from "../command_line/mod.ts";
import { evaluate } from "./evaluate.ts";
import { evaluateFlags } from "./options.ts";

/** `deno task evaluate` in the process that runs it. */
export const evaluateCommand: Program<FlagSchema> = {
  usage: "deno task evaluate",
  purpose:
    "Measures a trained model: what its VAE keeps, distance of its clips to real ones, adherence to prompts in any language, held-out loss.",
  flags: evaluateFlags,
  async run(given, signal) {
    const options = evaluateFlags.parse(given);
    await evaluate(options, {
      progress: terminalProgress(),
      signal,
      clock: () => performance.now(),
      say: log,
    });
    if (options.json) {
      const report = await Deno.readTextFile(`${options.out}/report.json`);
      print(report.trimEnd());
    }
    return 0;
  },
};
