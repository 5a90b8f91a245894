import { startTask, type TaskProcess } from "../_task_process.ts";

/** Starts `deno task demo`. */
export function startDemo(
  args: readonly string[],
  denied: readonly string[] = [],
): TaskProcess {
  return startTask("demo", args, { denied });
}
