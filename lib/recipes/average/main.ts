import { log, runProgram } from "../command_line/mod.ts";
import { averagePhase } from "./average.ts";
import { averageFlags } from "./options.ts";

if (import.meta.main) {
  await runProgram({
    usage: "deno task average",
    purpose:
      "Makes the weights of a phase anew, as an average of another length.",
    flags: averageFlags,
    async run(options) {
      log(await averagePhase(options));
      return 0;
    },
  });
}
