/**
 * Waits for a program that this terminal shows. Ctrl-C reaches it through the
 * terminal; a stop of this process is passed on to it.
 *
 * @returns its exit code
 */
export async function exitCodeOf(
  child: Deno.ChildProcess,
  signal: AbortSignal,
): Promise<number> {
  const stop = (): void => child.kill("SIGTERM");
  signal.addEventListener("abort", stop);
  try {
    return (await child.status).code;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
