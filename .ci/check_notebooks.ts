/**
 * Checks the notebooks: their code must type-check and pass the linter, import
 * only through the front doors of `lib/`, and stay short. `deno check` and
 * `deno lint` do not read notebooks, so the code cells of each become a module
 * for as long as the check runs.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- the report is this script's product
import { basename, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { runDeno } from "./deno_process.ts";
import { importsOf, sourceFilesUnder } from "./module_graph.ts";
import {
  type CodeCell,
  codeCellsOf,
  moduleOf,
  type NotebookModule,
  placeAt,
} from "./notebook_module.ts";

/** The most code cells that a notebook may have. */
export const MOST_CODE_CELLS = 12;
/** The most that one cell of a committed notebook may show, in bytes. */
export const MOST_OUTPUT_BYTES = 10_000;

/** What the check saw. */
export interface NotebookReport {
  readonly notebooks: number;
  readonly cells: number;
  /** One for each fault: the notebook, its cell, the rule, the likely fix. */
  readonly problems: readonly string[];
}

interface Extracted extends NotebookModule {
  /** Relative to the root: `notebooks/01_data.ipynb`. */
  readonly notebook: string;
  /** The module's file, relative to the root. */
  readonly file: string;
}

/** Rules that are right for a library and wrong for a page that shows things. */
const RULES_FOR_LIBRARIES = [
  "explicit-function-return-type",
  "no-console",
  // Imports have a check of their own here.
  "no-import-prefix",
  "no-unversioned-import",
];

/**
 * Checks notebooks of a repository.
 *
 * @param files Relative to the root; default all in the folder `notebooks/`.
 */
export async function checkNotebooks(
  root: string,
  files?: readonly string[],
): Promise<NotebookReport> {
  const realRoot = await Deno.realPath(root);
  const names = files ??
    await sourceFilesUnder(realRoot, "notebooks", /\.ipynb$/);
  if (names.length === 0) return { notebooks: 0, cells: 0, problems: [] };
  // Inside the repository, so that its deno.json holds; ignored by its git.
  const shelf = `${realRoot}/.partial-notebooks`;
  await Deno.mkdir(shelf, { recursive: true });
  const folder = await Deno.makeTempDir({ dir: shelf });
  try {
    const problems: string[] = [];
    const extracted: Extracted[] = [];
    let cellCount = 0;
    for (const [index, notebook] of names.entries()) {
      let cells: CodeCell[];
      try {
        cells = codeCellsOf(
          await Deno.readTextFile(resolve(realRoot, notebook)),
        );
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        problems.push(`${notebook}: it must be a notebook: ${error.message}`);
        continue;
      }
      cellCount += cells.length;
      problems.push(...problemsOfSize(notebook, cells));
      const module = moduleOf(cells);
      const name = basename(notebook).replace(/\.ipynb$/, "");
      const path = `${folder}/${index}_${name}.ts`;
      await Deno.writeTextFile(path, module.text);
      extracted.push({
        ...module,
        notebook,
        file: path.slice(realRoot.length + 1),
      });
    }
    problems.push(...await problemsOfCode(realRoot, extracted));
    return { notebooks: names.length, cells: cellCount, problems };
  } finally {
    await Deno.remove(folder, { recursive: true });
    // Another run may still be using the shelf.
    await Deno.remove(shelf).catch(() => {});
  }
}

function problemsOfSize(
  notebook: string,
  cells: readonly CodeCell[],
): string[] {
  const problems: string[] = [];
  if (cells.length > MOST_CODE_CELLS) {
    problems.push(
      `${notebook}: a notebook may have at most ${MOST_CODE_CELLS} code ` +
        `cells: it has ${cells.length}; move code into lib`,
    );
  }
  cells.forEach(({ outputBytes }, index) => {
    if (outputBytes <= MOST_OUTPUT_BYTES) return;
    problems.push(
      `${notebook}, code cell ${index + 1}: stored outputs may have at most ` +
        `${MOST_OUTPUT_BYTES} bytes: they have ${outputBytes}; ` +
        "clear them, or show less",
    );
  });
  return problems;
}

async function problemsOfCode(
  root: string,
  extracted: readonly Extracted[],
): Promise<string[]> {
  const at = locator(root, extracted);
  const files = extracted.map(({ file }) => file);
  const lint = await lintProblems(root, files, at);
  // A file that cannot be parsed would hide the type errors of all others.
  const parsed = files.filter((file) => !lint.unparsed.has(file));
  return [
    ...lint.problems,
    ...await importProblems(root, parsed, at),
    ...await typeProblems(root, parsed, at),
  ];
}

/** Names a line of a file for a reader. */
type Locator = (file: string, line: number) => string;

function locator(root: string, extracted: readonly Extracted[]): Locator {
  const byFile = new Map(extracted.map((module) => [module.file, module]));
  const base = `${pathToFileURL(root).href}/`;
  return (path, line) => {
    const file = path.startsWith(base)
      ? decodeURIComponent(path.slice(base.length))
      : path;
    const module = byFile.get(file);
    if (module === undefined) return `${file}, line ${line}`;
    const place = placeAt(module, line);
    return place === undefined
      ? module.notebook
      : `${module.notebook}, code cell ${place.cell}, line ${place.line}`;
  };
}

async function lintProblems(
  root: string,
  files: readonly string[],
  at: Locator,
): Promise<{ problems: string[]; unparsed: Set<string> }> {
  if (files.length === 0) return { problems: [], unparsed: new Set() };
  const lint = await runDeno([
    "lint",
    "--json",
    `--rules-exclude=${RULES_FOR_LIBRARIES.join()}`,
    ...files,
  ], root);
  const { diagnostics, errors } = readLint(lint.stdout, lint.stderr);
  const unparsed = new Set<string>();
  const problems = errors.map(({ file_path, message }) => {
    unparsed.add(file_path.slice(root.length + 1));
    const line = /:(\d+):\d+$/.exec(message)?.[1] ?? "1";
    return `${at(file_path.slice(root.length + 1), Number(line))}: ` +
      `${message.split("\n")[0]}`;
  });
  for (const { filename, range, message, code, hint } of diagnostics) {
    const fix = hint ? `: ${hint}` : "";
    problems.push(
      `${at(filename, range.start.line)}: ${message}${fix} (${code})`,
    );
  }
  return { problems, unparsed };
}

interface LintReport {
  readonly diagnostics: readonly {
    readonly filename: string;
    readonly range: { readonly start: { readonly line: number } };
    readonly message: string;
    readonly code: string;
    readonly hint: string | null;
  }[];
  readonly errors: readonly {
    readonly file_path: string;
    readonly message: string;
  }[];
}

function readLint(stdout: string, stderr: string): LintReport {
  try {
    return JSON.parse(stdout) as LintReport;
  } catch {
    throw new Error(`Cannot read the report of deno lint: ${stderr.trim()}`);
  }
}

async function importProblems(
  root: string,
  files: readonly string[],
  at: Locator,
): Promise<string[]> {
  const imports = await importsOf(root, files);
  return imports.flatMap(({ importer, specifier, line }) => {
    const fix = fixOfImport(specifier);
    return fix === undefined
      ? []
      : [`${at(importer, line)}: imports "${specifier}": ${fix}`];
  });
}

/** What to write instead of a specifier that a notebook may not use. */
function fixOfImport(specifier: string): string | undefined {
  if (/^lib\/([a-z0-9_]+\/)*mod\.ts$/.test(specifier)) return undefined;
  if (/^(lib\/|\.|\/|file:)/.test(specifier)) {
    return 'a notebook takes code only through front doors, "lib/*/mod.ts": ' +
      "export the name there";
  }
  if (specifier.startsWith("node:")) return undefined;
  if (/^[a-z]+:/.test(specifier)) {
    return "a notebook names packages as the imports of deno.json do: " +
      "add the package there";
  }
  return undefined;
}

async function typeProblems(
  root: string,
  files: readonly string[],
  at: Locator,
): Promise<string[]> {
  if (files.length === 0) return [];
  const check = await runDeno(["check", ...files], root);
  if (check.success) return [];
  const problems = readTypeErrors(check.stderr).map(({ message, file, line }) =>
    `${at(file, line)}: ${message}`
  );
  // Never let an error pass because its wording is new.
  if (problems.length > 0) return problems;
  return [
    check.stderr.trim().replace(
      /(file:\/\/\S+?):(\d+):\d+/g,
      (_, file: string, line: string) => at(file, Number(line)),
    ),
  ];
}

interface TypeFault {
  readonly message: string;
  readonly file: string;
  readonly line: number;
}

/**
 * Reads the errors that `deno check` prints: a message, the source line, a line
 * of marks under it, and where it is. Notes on related places are indented.
 */
function readTypeErrors(output: string): TypeFault[] {
  const faults: TypeFault[] = [];
  for (const part of output.split(/^(?=TS\d+ \[ERROR\]: )/m)) {
    if (!/^TS\d+/.test(part)) continue;
    const lines = part.split("\n");
    const place = lines.findIndex((line) => PLACE.test(line));
    const [, file = "", line = "1"] = PLACE.exec(lines[place] ?? "") ?? [];
    const marks = lines.findIndex((line) => /^\s*[~^]+$/.test(line));
    const end = marks > 0 && marks < place ? marks - 1 : Math.max(place, 1);
    const message = lines.slice(0, end)
      .map((line) => line.trim())
      .join(" ")
      .replace(" [ERROR]", "");
    faults.push({ message, file, line: Number(line) });
  }
  return faults;
}

const PLACE = /^ {4}at (file:\S+):(\d+):\d+$/;

if (import.meta.main) {
  const { notebooks, cells, problems } = await checkNotebooks(
    Deno.cwd(),
    Deno.args.length > 0 ? Deno.args : undefined,
  );
  for (const problem of problems) console.error(problem);
  if (notebooks === 0) {
    console.log("notebooks: there are none yet, ok");
  } else {
    const verdict = problems.length === 0
      ? "ok"
      : `${problems.length} problem${problems.length === 1 ? "" : "s"}`;
    console.log(
      `notebooks: ${notebooks} notebooks, ${cells} code cells, ${verdict}`,
    );
  }
  if (problems.length > 0) Deno.exit(1);
}
