/** What a process left. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The tasks in deno.json: the permissions must be the user's. */
const { tasks } = JSON.parse(await Deno.readTextFile("deno.json"));

/**
 * Runs a task of deno.json to its end, with the task's own permissions.
 * Variables of the dynamic loader are left out: Deno refuses to pass them on
 * unless every program may be run.
 */
export async function runTask(
  name: string,
  ...args: readonly string[]
): Promise<Ended> {
  const words: string[] = tasks[name].command.split(" ").slice(1);
  const env = Object.entries(Deno.env.toObject())
    .filter(([name]) => !/^(LD|DYLD)_/.test(name));
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...words, ...args],
    clearEnv: true,
    env: {
      ...Object.fromEntries(env),
      NO_COLOR: "1",
      DENO_NO_UPDATE_CHECK: "1",
    },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}
