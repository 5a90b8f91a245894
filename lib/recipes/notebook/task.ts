import { InputError } from "../../core/mod.ts";
import { runProgram } from "../command_line/mod.ts";
import { notebookProgram } from "./notebook_task.ts";
import { NOTEBOOK_TASKS } from "./tasks.ts";

if (import.meta.main) {
  await runProgram(async () => {
    const [word = "none", ...args] = Deno.args;
    const names = Object.keys(NOTEBOOK_TASKS);
    const name = names.find((name) => name === word);
    if (name === undefined) {
      throw new InputError(
        `Cannot read the command: the first word must be one of ` +
          `${names.join(", ")}: current value is ${word}`,
      );
    }
    const task = NOTEBOOK_TASKS[name as keyof typeof NOTEBOOK_TASKS];
    return { ...await notebookProgram(task, args), command: name };
  });
}
