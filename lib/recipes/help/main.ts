import * as z from "zod";
import { print, runProgram } from "../command_line/mod.ts";
import { readProject } from "../version/project.ts";
import { TASK_GROUPS } from "./groups.ts";

/** `deno task help`: all tasks in groups, a line each. */
async function help(): Promise<number> {
  const { tasks } = await readProject();
  print(groupsText(
    new Map(
      Object.entries(tasks).map((
        [name, { description }],
      ) => [name, description]),
    ),
  ));
  return 0;
}

/**
 * The tasks in their groups.
 *
 * @param descriptions By the name of the task.
 */
export function groupsText(descriptions: ReadonlyMap<string, string>): string {
  const grouped = new Set(Object.values(TASK_GROUPS).flat());
  const others = [...descriptions.keys()].filter((name) => !grouped.has(name));
  const width = Math.max(...[...descriptions.keys()].map((n) => n.length));
  const groups = Object.entries({ ...TASK_GROUPS, "Others": others })
    .filter(([, names]) => names.length > 0)
    .map(([group, names]) =>
      [
        group,
        ...names.filter((name) => descriptions.has(name)).map((name) =>
          `  ${name.padEnd(width)}  ${
            descriptions.get(name)!.replace(/ \(--help for more\)/, "")
          }`
        ),
      ].join("\n")
    );
  return [
    ...groups,
    "deno task TASK --help lists the flags of a task.",
  ].join("\n\n");
}

if (import.meta.main) {
  await runProgram({
    usage: "deno task help",
    purpose: "Lists all tasks in groups.",
    flags: z.strictObject({}),
    run: help,
  });
}
