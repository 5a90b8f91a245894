/**
 * Checks that the imports of `lib/` go in one direction only, as the table in
 * `layer_table.ts` says. Prints one line for each problem and exits with 1, or
 * prints how much it looked at.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- the report is this script's product
import {
  type Home,
  type Layer,
  MAY_IMPORT,
  MEMBER_HOMES,
  MOST_LINES,
  PACKAGE_HOMES,
} from "./layer_table.ts";
import { type Import, importsOf, sourceFilesUnder } from "./module_graph.ts";

/** What the check saw. */
export interface LayerReport {
  readonly files: number;
  /** Imports from one file of `lib/` to another. */
  readonly edges: number;
  /** One line each: what is wrong, the rule, and the likely fix. */
  readonly problems: readonly string[];
}

/** Checks the `lib/` folder of a repository. */
export async function checkLayers(root: string): Promise<LayerReport> {
  const realRoot = await Deno.realPath(root);
  const files = await sourceFilesUnder(realRoot, "lib");
  const imports = await importsOf(realRoot, files);
  const inner = imports.filter(({ file }) => file?.startsWith("lib/"));
  const problems = [
    ...files.flatMap(problemOfPlace),
    ...imports.flatMap(problemsOfImport),
    ...cyclesAmong(inner.filter(({ typeOnly }) => !typeOnly)).map((cycle) =>
      `${cycle.join(" -> ")}: files must not import each other in a circle: ` +
      "move what they share into a file of its own"
    ),
  ];
  for (const file of files) {
    const source = await Deno.readTextFile(`${realRoot}/${file}`);
    problems.push(...problemsOfSource(file, source));
  }
  return {
    files: files.length,
    edges: inner.length,
    problems: [...new Set(problems)],
  };
}

function layerOf(file: string): Layer | undefined {
  const folder = file.split("/")[1] ?? "";
  return Object.hasOwn(MAY_IMPORT, folder) ? folder as Layer : undefined;
}

/** The one import of notebooks, over the front doors of all folders. */
const FRONT_DOOR = "lib/mod.ts";

function problemOfPlace(file: string): string[] {
  if (file === FRONT_DOOR || layerOf(file) !== undefined) return [];
  const [, folder, ...rest] = file.split("/");
  return [
    rest.length === 0
      ? `${file}: a file of lib must lie in one of its folders: move it`
      : `lib/${folder}: the folder must be in the table of layers: ` +
        "move its files, or add it to .ci/layer_table.ts and docs/layout.md",
  ];
}

function problemsOfImport(
  { importer, specifier, file, line, error }: Import,
): string[] {
  const at = `${importer}:${line} imports ${file ?? specifier}`;
  if (error !== undefined) return [`${at}: it must resolve: ${error}`];
  if (file === undefined) {
    return PACKAGE_HOMES
      .filter(({ thing }) => packageOf(specifier) === thing)
      .flatMap((home) => problemOfHome(at, importer, home));
  }
  if (!file.startsWith("lib/")) {
    return [`${at}: lib may import only lib and packages: move the code`];
  }
  if (file === FRONT_DOOR) {
    return [`${at}: it is for notebooks: import the folder's mod.ts`];
  }
  const [, home, name] = /^(.*\/)([^/]+)$/.exec(file) ?? [];
  if (name?.startsWith("_") && !importer.startsWith(home ?? "")) {
    return [`${at}: a file with _ is private to ${home}: use its mod.ts`];
  }
  const from = layerOf(importer);
  const to = layerOf(file);
  if (from === undefined || to === undefined || from === to) return [];
  const allowed = MAY_IMPORT[from];
  if (allowed.includes(to)) return [];
  const rule = allowed.length === 0
    ? "nothing else of lib"
    : `only ${allowed.join(", ")}`;
  return [
    `${at}: ${from} may import ${rule}: ` +
    "move what is needed down to there, or take it as an argument",
  ];
}

/** The package name in `npm:@scope/name@1.0/path`, `/name` or `name/path`. */
function packageOf(specifier: string): string {
  const [, name = ""] = /^(?:npm:)?\/?((?:@[^/]+\/)?[^/@]+)/.exec(specifier) ??
    [];
  return name;
}

function problemsOfSource(file: string, source: string): string[] {
  const problems: string[] = [];
  const lines = source.trimEnd().split("\n");
  if (lines.length > MOST_LINES) {
    problems.push(
      `${file}: a file may have at most ${MOST_LINES} lines: ` +
        `it has ${lines.length}; divide it by concept`,
    );
  }
  lines.forEach((line, index) => {
    if (/^\s*(\/?\*|\/\/)/.test(line)) return;
    for (const home of MEMBER_HOMES) {
      if (!new RegExp(`\\b${home.thing}\\b`).test(line)) continue;
      const at = `${file}:${index + 1} uses ${home.thing}`;
      problems.push(...problemOfHome(at, file, home));
    }
  });
  return problems;
}

function problemOfHome(
  at: string,
  file: string,
  { homes, instead }: Home,
): string[] {
  const isHome = homes.some((home) =>
    file === `${home}.ts` || file.startsWith(`${home}/`)
  );
  return isHome
    ? []
    : [`${at}: only ${homes.join(" and ")} may: ${instead} instead`];
}

/** One cycle for each import that closes one, as a path that ends at its start. */
function cyclesAmong(edges: readonly Import[]): string[][] {
  const next = Map.groupBy(edges, ({ importer }) => importer);
  const finished = new Set<string>();
  const path: string[] = [];
  const cycles: string[][] = [];
  const visit = (file: string): void => {
    const start = path.indexOf(file);
    if (start >= 0) {
      cycles.push([...path.slice(start), file]);
      return;
    }
    if (finished.has(file)) return;
    path.push(file);
    for (const edge of next.get(file) ?? []) visit(edge.file ?? "");
    path.pop();
    finished.add(file);
  };
  for (const file of next.keys()) visit(file);
  return cycles;
}

if (import.meta.main) {
  const { files, edges, problems } = await checkLayers(Deno.cwd());
  for (const problem of problems) console.error(problem);
  const verdict = problems.length === 0
    ? "ok"
    : `${problems.length} problem${problems.length === 1 ? "" : "s"}`;
  console.log(`layers: ${files} files, ${edges} edges, ${verdict}`);
  if (problems.length > 0) Deno.exit(1);
}
