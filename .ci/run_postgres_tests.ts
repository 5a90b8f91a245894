/**
 * Runs the tests of the service again, on a PostgreSQL server that it starts for
 * them in a temporary folder. Where PostgreSQL is not installed it prints so.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- the report is this script's product
import { sourceFilesUnder } from "./module_graph.ts";
import { planOf } from "./run_tests.ts";
import { runTests } from "./test_process.ts";

/** A server for tests. */
export interface TestServer extends AsyncDisposable {
  /** `postgres://...` */
  readonly url: string;
  /** Stops it at once and starts it again, as an operator would. */
  restart(): Promise<void>;
}

/** Where Debian and others keep the programs of the server, the newest first. */
async function programFolder(): Promise<string | undefined> {
  const versions = "/usr/lib/postgresql";
  const found: string[] = [];
  try {
    for await (const { name } of Deno.readDir(versions)) found.push(name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const newest = found.sort((a, b) => Number(b) - Number(a))[0];
  return newest && `${versions}/${newest}/bin`;
}

/**
 * Starts a PostgreSQL server with an empty database.
 *
 * @returns undefined where PostgreSQL is not installed
 */
export async function startPostgres(
  port: number,
): Promise<TestServer | undefined> {
  const programs = await programFolder();
  if (programs === undefined) return undefined;
  const folder = await Deno.makeTempDir({ prefix: "postgres-" });
  const isRoot = Deno.uid() === 0;
  if (isRoot) await run("chown", ["postgres", folder]);
  const call = (program: string, args: readonly string[]): Promise<void> =>
    // The server refuses to run as root.
    isRoot
      ? run("runuser", [
        "-u",
        "postgres",
        "--",
        `${programs}/${program}`,
        ...args,
      ])
      : run(`${programs}/${program}`, args);
  const control = (action: string, ...more: string[]): Promise<void> =>
    call("pg_ctl", ["-D", `${folder}/data`, "-w", "-s", ...more, action]);
  const options = `-p ${port} -k ${folder} -c listen_addresses=127.0.0.1`;
  const start = (): Promise<void> =>
    control("start", "-o", options, "-l", `${folder}/log`);
  await call("initdb", ["-D", `${folder}/data`, "-U", "test", "-A", "trust"]);
  await start();
  await call("createdb", [
    "-h",
    "127.0.0.1",
    "-p",
    `${port}`,
    "-U",
    "test",
    "test",
  ]);
  return {
    url: `postgres://test@127.0.0.1:${port}/test`,
    async restart() {
      await control("stop", "-m", "immediate");
      await start();
    },
    async [Symbol.asyncDispose]() {
      await control("stop", "-m", "immediate");
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function run(program: string, args: readonly string[]): Promise<void> {
  const { success } = await new Deno.Command(program, {
    args: [...args],
    stdin: "null",
    stdout: "null",
  }).spawn().status;
  if (!success) throw new Error(`${program} ${args.join(" ")} failed`);
}

if (import.meta.main) {
  const port = 55_000 + Deno.pid % 5000;
  await using server = await startPostgres(port);
  if (server === undefined) {
    console.log("postgres: skipped: PostgreSQL is not installed");
    Deno.exit(0);
  }
  Deno.env.set("AIPROD_TEST_DATABASE", server.url);
  const paths = Deno.args.length > 0 ? Deno.args : ["tests/service"];
  const files = (await Promise.all(paths.map((path) =>
    path.endsWith(".ts")
      ? Promise.resolve([path])
      : sourceFilesUnder(".", path, /_test\.ts$/)
  ))).flat();
  console.log(`postgres: ${files.length} files of tests on port ${port}`);
  const temporary = Deno.env.get("TMPDIR") ?? "/tmp";
  // Connections live longer than a test, so leaks are looked for on PGlite only.
  Deno.exitCode = await runTests([
    "--no-check",
    "--no-prompt",
    "--allow-env",
    "--allow-ffi",
    "--allow-sys=cpus,homedir,hostname",
    `--allow-net=127.0.0.1:${port}`,
    `--allow-read=.,${temporary}`,
    `--allow-write=runs,${temporary}`,
    `--allow-run=${Deno.execPath()}`,
  ], planOf(files, 1));
}
