import { InputError } from "../../core/mod.ts";
import { type Command, STAGES } from "../../trainer/mod.ts";
import { runProgram } from "../command_line/mod.ts";
import { trainCommand } from "./command.ts";

const COMMANDS: readonly Command[] = [...STAGES, "train"];

/** The command of the first word. */
function commandOf([word]: readonly string[]): Command {
  const command = COMMANDS.find((name) => name === word);
  if (command) return command;
  throw new InputError(
    `Cannot read the command: the first word must be one of ` +
      `${COMMANDS.join(", ")}: current value is ${word ?? "none"}`,
  );
}

if (import.meta.main) {
  await runProgram(() => trainCommand(commandOf(Deno.args), Deno.args));
}
