/** `deno task ingest` as a process of its own. */
export interface IngestProcess extends AsyncDisposable {
  /** Waits until something holds; throws if the process ends before. */
  until(holds: () => Promise<boolean>): Promise<void>;
  kill(signal: Deno.Signal): void;
  readonly ended: Promise<{ code: number; stderr: string }>;
}

/** The task in deno.json: the permissions must be the user's. */
const { tasks } = JSON.parse(await Deno.readTextFile("deno.json"));
const TASK: string[] = tasks.ingest.command
  .replace(/"--allow-run=.*?"/, `--allow-run=${Deno.execPath()}`)
  .split(" ").slice(1);

/**
 * Starts an ingest with the task's own permissions. Variables of the dynamic
 * loader are left out: Deno refuses to pass them on unless every program may
 * be run.
 */
export function startIngest(args: readonly string[]): IngestProcess {
  const env = Object.entries(Deno.env.toObject())
    .filter(([name]) => !/^(LD|DYLD)_/.test(name));
  const child = new Deno.Command(Deno.execPath(), {
    args: [...TASK, ...args],
    clearEnv: true,
    env: {
      ...Object.fromEntries(env),
      NO_COLOR: "1",
      DENO_NO_UPDATE_CHECK: "1",
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let running = true;
  const ended = child.output().then(({ code, stderr }) => {
    running = false;
    return { code, stderr: new TextDecoder().decode(stderr) };
  });
  return {
    ended,
    kill: (signal) => child.kill(signal),
    async until(holds) {
      while (!await holds()) {
        if (!running) throw new Error(`It ended: ${(await ended).stderr}`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    async [Symbol.asyncDispose]() {
      if (running) child.kill("SIGKILL");
      await ended;
    },
  };
}
