/** A task of deno.json as a process of its own. */
export interface TaskProcess extends AsyncDisposable {
  /** Waits until something holds; throws if the process ends before. */
  until(holds: () => Promise<boolean>): Promise<void>;
  /** Does nothing if the process has ended. */
  kill(signal: Deno.Signal): void;
  readonly ended: Promise<Ended>;
}

/** What a process left. */
export interface Ended {
  readonly code: number;
  /** Set if a signal ended it. */
  readonly signal: Deno.Signal | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The tasks: the permissions must be the user's. */
const { tasks } = JSON.parse(await Deno.readTextFile("deno.json"));

/**
 * The words of a task's command, from `run` on. What a shell would put in is put
 * in here; the packages are there already.
 */
export function wordsOf(name: string): string[] {
  const command: string = tasks[name].command;
  return command.split(/ && (?:\w+=\S+ )?deno /).at(-1)!
    .replace(/"([^"]*)\$\(deno eval [^"]*\)"/, `$1${Deno.execPath()}`)
    .split(" ");
}

/** How to start a process. */
export interface StartOptions {
  /** Further flags of Deno, which take permissions away. */
  readonly denied?: readonly string[];
  /** Further variables of its environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** In place of the last word of its command, which says what it does. */
  readonly word?: string;
}

/**
 * Starts a task with its own permissions. Variables of the dynamic loader are
 * left out: Deno refuses to pass them on unless every program may be run.
 */
export function startTask(
  name: string,
  args: readonly string[],
  { denied = [], env = {}, word }: StartOptions = {},
): TaskProcess {
  const words = wordsOf(name);
  const [run, ...rest] = word === undefined ? words : words.with(-1, word);
  const inherited = Object.entries(Deno.env.toObject())
    .filter(([name]) => !/^(LD|DYLD)_/.test(name));
  const child = new Deno.Command(Deno.execPath(), {
    args: [run!, ...denied, ...rest, ...args],
    clearEnv: true,
    env: {
      ...Object.fromEntries(inherited),
      NO_COLOR: "1",
      DENO_NO_UPDATE_CHECK: "1",
      ...env,
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let running = true;
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  const ended = child.output().then(({ code, signal, stdout, stderr }) => {
    running = false;
    return { code, signal, stdout: text(stdout), stderr: text(stderr) };
  });
  return {
    ended,
    kill(signal) {
      if (running) child.kill(signal);
    },
    async until(holds) {
      while (!await holds()) {
        if (!running) throw new Error(`It ended: ${(await ended).stderr}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    async [Symbol.asyncDispose]() {
      if (running) child.kill("SIGKILL");
      await ended;
    },
  };
}

/** Runs a task to its end. */
export async function runTask(
  name: string,
  ...args: readonly string[]
): Promise<Ended> {
  await using task = startTask(name, args);
  return await task.ended;
}
