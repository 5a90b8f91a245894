import { InputError } from "../../core/mod.ts";
import { isServerUrl } from "../../service/database/open.ts";
import { runProgram } from "../command_line/mod.ts";
import { startChild } from "../serve/child.ts";
import { type CommonFlags, commonFlags } from "../serve/options.ts";
import { workerPermissions } from "../serve/permissions.ts";

const WORKER = import.meta.resolve("./worker_process.ts");

/** `deno task worker`: starts a worker with the permissions that its flags need. */
async function runTask(
  flags: CommonFlags,
  signal: AbortSignal,
): Promise<number> {
  if (!isServerUrl(flags.database)) {
    throw new InputError(
      "Cannot use --database: a worker of its own needs a PostgreSQL server: " +
        `current value is "${flags.database}"; deno task serve draws itself ` +
        "with an embedded one",
    );
  }
  const child = startChild(WORKER, {
    permissions: workerPermissions(flags),
    flags,
    piped: false,
  });
  signal.addEventListener("abort", () => child.stop());
  return (await child.process.status).code;
}

if (import.meta.main) {
  await runProgram({
    usage: "deno task worker",
    purpose: "Draws the jobs of a service on this machine.",
    flags: commonFlags,
    run: runTask,
  });
}
