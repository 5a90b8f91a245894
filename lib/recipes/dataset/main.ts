import { log, runProgram } from "../command_line/mod.ts";
import { checkLatents } from "./check.ts";
import { checkFlags } from "./options.ts";

if (import.meta.main) {
  await runProgram({
    command: "check",
    usage: "deno task dataset check",
    purpose:
      "Decodes cached latents back to video, for a look at what training sees.",
    flags: checkFlags,
    async run(options) {
      await checkLatents(options, log);
      return 0;
    },
  });
}
