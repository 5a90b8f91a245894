/**
 * Runs the tests of what changed since the last commit: those that changed
 * themselves, those of changed files, and some of those that use one. Notebooks
 * that changed are checked as code.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- the report is this script's product
import ts from "typescript";
import { runProgram } from "./deno_process.ts";
import { sourceFilesUnder } from "./module_graph.ts";
import { fileOf, programOf, readSources, targetOf } from "./source_program.ts";

/** The most test files that run only because they use what changed. */
const MOST_USERS = 10;

/** Test files for a change, as paths from the root. */
export interface ChangedTests {
  /** Those that changed, and those of changed files. */
  readonly own: readonly string[];
  /** Those that name something of a changed file, then those of files that do. */
  readonly users: readonly string[];
}

/**
 * Chooses the tests of changed files.
 *
 * @param sources The text of all files by their paths from the root.
 * @param changed The paths of those that changed.
 */
export function testsOf(
  sources: ReadonlyMap<string, string>,
  changed: readonly string[],
): ChangedTests {
  const namedBy = filesNamedBy(sources);
  const usersOf = (files: readonly string[]): string[] =>
    [...namedBy].filter(([, named]) => files.some((file) => named.has(file)))
      .map(([user]) => user);
  const own = changed.map(testOf).filter((name) => sources.has(name));
  const users = usersOf(changed);
  // A helper of tests has no test of its own: it counts as what uses it.
  const helped = usersOf(users.filter((name) => /^tests\/.*\/_/.test(name)));
  const all = [...users, ...helped, ...users.map(testOf)];
  return {
    own: [...new Set(own)],
    users: [...new Set(all)].filter((name) =>
      isTest(name) && sources.has(name) && !own.includes(name)
    ),
  };
}

function isTest(name: string): boolean {
  return name.endsWith("_test.ts");
}

/** The test that has the path of a file; a test is its own. */
function testOf(name: string): string {
  if (isTest(name)) return name;
  return name.replace(/^lib\//, "tests/").replace(/^\.ci\//, "tests/ci/")
    .replace(/^bench\//, "tests/bench/").replace(/\.ts$/, "_test.ts");
}

/** The files of which each file names something, past all front doors. */
function filesNamedBy(
  sources: ReadonlyMap<string, string>,
): Map<string, Set<string>> {
  const program = programOf(sources);
  const checker = program.getTypeChecker();
  const homesOf = (symbol: ts.Symbol): string[] => {
    const declarations = targetOf(checker, symbol).declarations ?? [];
    return declarations.flatMap((declaration) =>
      ts.isSourceFile(declaration)
        ? checker.getExportsOfModule(targetOf(checker, symbol)).flatMap(homesOf)
        : [declaration.getSourceFile().fileName]
    );
  };
  const filesIn = (node: ts.Node): string[] => {
    if (ts.isImportSpecifier(node) || ts.isNamespaceImport(node)) {
      const symbol = checker.getSymbolAtLocation(node.name);
      return symbol === undefined ? [] : homesOf(symbol);
    }
    // Workers, programs and imports at run time; front doors name all they hold.
    if (ts.isStringLiteralLike(node) && !ts.isImportDeclaration(node.parent)) {
      return [fileOf(node.text, node.getSourceFile().fileName) ?? []].flat();
    }
    const found: string[] = [];
    ts.forEachChild(node, (child) => void found.push(...filesIn(child)));
    return found;
  };
  return new Map(
    program.getSourceFiles()
      .filter(({ fileName }) => !/(^|\/)mod\.ts$/.test(fileName))
      .map((file) => [file.fileName, new Set(filesIn(file))]),
  );
}

/** The files that differ from the last commit or are not in it. */
async function changedFiles(): Promise<string[]> {
  const listed = await Promise.all([
    ["diff", "--name-only", "--relative", "HEAD"],
    ["ls-files", "--others", "--exclude-standard"],
  ].map((args) => runProgram("git", args, ".")));
  return listed.flatMap(({ success, stdout, stderr }) => {
    if (success) return stdout.split("\n").filter((name) => name !== "");
    throw new Error(`Cannot find out what changed: ${stderr.trim()}`);
  });
}

/** Runs a task of the repository and ends with its exit code if it fails. */
async function task(...args: readonly string[]): Promise<void> {
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "-q", ...args],
  }).spawn().status;
  if (code !== 0) Deno.exit(code);
}

if (import.meta.main) {
  const changed = await changedFiles();
  const folders = ["lib", "tests", "bench", ".ci"];
  const files = await Promise.all(
    folders.map((folder) => sourceFilesUnder(".", folder)),
  );
  const { own, users } = testsOf(await readSources(".", files.flat()), changed);
  const run = [...own, ...users.slice(0, MOST_USERS)];
  const left = users.length - MOST_USERS;
  console.log(
    `changed: ${changed.length} files, tested in ${run.length} files` +
      (left > 0
        ? `; ${left} others use them, which deno task test runs too`
        : ""),
  );
  const notebooks = changed.filter((name) => name.endsWith(".ipynb"));
  if (notebooks.length > 0) await task("notebooks", ...notebooks);
  if (run.length > 0) await task("test", ...run);
}
