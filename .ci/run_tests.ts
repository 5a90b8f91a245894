/**
 * Runs the tests, or those of the paths that are given. A path is a file or a
 * folder; what begins with `-` is a flag of `deno test`.
 *
 * `deno test` loads all modules anew for each test file, which takes longer than
 * most of them run. So the tests of a folder become one module, and two processes
 * share the folders.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- the report is this script's product
import { sourceFilesUnder } from "./module_graph.ts";
import { runTests, type TestModule } from "./test_process.ts";

/**
 * Seconds of one core that the tests of a folder take; a folder that is not here
 * takes few. They only balance the processes.
 */
const SECONDS: Readonly<Record<string, number>> = {
  recipes: 300,
  compiler: 120,
  models: 70,
  dataset: 40,
  service: 20,
};

/**
 * Tests that hold something for the life of their module: the one graphics device
 * of a process, or a database, whose timer of ten seconds would count as a leak of
 * others' tests; and a test that may take longer than that timer.
 */
const ALONE = /\/(webgpu|keys\/commands|content_filter)_test\.ts$/;

/**
 * Which process runs which tests.
 *
 * @param files Test files, as paths from the root.
 */
export function planOf(
  files: readonly string[],
  processes: number,
): TestModule[][] {
  const secondsOf = (folder: string): number => SECONDS[folder] ?? 10;
  const folders = Map.groupBy(files, (file) => file.split("/")[1] ?? "");
  const bySize = [...folders].sort(([a], [b]) => secondsOf(b) - secondsOf(a));
  const plan = Array.from({ length: processes }, () => ({
    seconds: 0,
    modules: [] as TestModule[],
  }));
  for (const [folder, members] of bySize) {
    const least = plan.reduce((a, b) => b.seconds < a.seconds ? b : a);
    least.seconds += secondsOf(folder);
    least.modules.push(...modulesOf(folder, members));
  }
  return plan.map(({ modules }) => modules)
    .filter((modules) => modules.length > 0);
}

function modulesOf(folder: string, files: readonly string[]): TestModule[] {
  if (files.length === 1) return files.map((file) => ({ file }));
  const alone = files.filter((file) => ALONE.test(file));
  const code = files.filter((file) => !alone.includes(file))
    .map((file) => `import "../../${file}";\n`).join("");
  return [{ file: `${folder}.ts`, code }, ...alone.map((file) => ({ file }))];
}

async function testFilesAt(path: string): Promise<string[]> {
  const name = path.replace(/^\.\/|\/$/g, "");
  return (await Deno.stat(name)).isFile
    ? [name]
    : await sourceFilesUnder(".", name, /_test\.ts$/);
}

if (import.meta.main) {
  const flags = Deno.args.filter((arg) => arg.startsWith("-"));
  const paths = Deno.args.filter((arg) => !arg.startsWith("-"));
  const found = await Promise.all(
    (paths.length > 0 ? paths : ["tests"]).map(testFilesAt),
  );
  const files = [...new Set(found.flat())];
  const plan = planOf(files, Math.min(2, navigator.hardwareConcurrency));
  const counted = (count: number, [one, many]: [string, string]): string =>
    `${count} ${count === 1 ? one : many}`;
  console.log(
    `tests: ${counted(files.length, ["file", "files"])} in ` +
      counted(plan.length, ["process", "processes"]),
  );
  Deno.exit(await runTests(flags, plan));
}
