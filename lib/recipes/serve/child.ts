import { flagWords } from "../command_line/mod.ts";

/** A process of this program. */
export interface Child {
  readonly process: Deno.ChildProcess;
  /** Ends it gracefully. */
  stop(): void;
}

/** How a process is started. */
export interface ChildOptions {
  readonly permissions: readonly string[];
  readonly flags: Readonly<Record<string, string | number | boolean>>;
  /** Whether its output is a pipe; its input always is, and ends with this process. */
  readonly piped: boolean;
  /** Whether its log is a pipe too; else it goes where that of this process goes. */
  readonly loggedHere?: boolean;
}

/**
 * Starts a file as a process with its own permissions.
 *
 * @param file A `file:` address.
 */
export function startChild(
  file: string,
  { permissions, flags, piped, loggedHere = false }: ChildOptions,
): Child {
  const process = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      ...permissions,
      file,
      ...flagWords(flags),
    ],
    stdin: "piped",
    stdout: piped ? "piped" : "inherit",
    stderr: loggedHere ? "piped" : "inherit",
    // Large pages spare the CPU backend a fifth of its time.
    env: { GLIBC_TUNABLES: "glibc.malloc.hugetlb=1" },
  }).spawn();
  return {
    process,
    stop() {
      try {
        process.kill("SIGTERM");
      } catch (error) {
        // It has ended already.
        if (!(error instanceof TypeError)) throw error;
      }
    },
  };
}
