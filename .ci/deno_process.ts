/** What a child process left behind. */
export interface Finished {
  readonly success: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs this very Deno as a child process, without colours.
 *
 * Under `npx` there need not be a `deno` on the PATH, so the executable is
 * always the one that runs this script.
 */
export function runDeno(
  args: readonly string[],
  cwd: string,
): Promise<Finished> {
  return runProgram(Deno.execPath(), args, cwd);
}

/**
 * Runs a program as a child process, without colours. Variables of the dynamic
 * loader are left out: Deno refuses to pass them on unless every program may be
 * run.
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  cwd: string,
): Promise<Finished> {
  const env = Object.entries(Deno.env.toObject())
    .filter(([name]) => !/^(LD|DYLD)_/.test(name));
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    cwd,
    clearEnv: true,
    env: {
      ...Object.fromEntries(env),
      NO_COLOR: "1",
      DENO_NO_UPDATE_CHECK: "1",
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const decoder = new TextDecoder();
  return {
    success,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
  };
}
