/**
 * Lists the exports of `lib/` that no command, notebook or benchmark reaches.
 * Prints one line for each and exits with 1, or prints how many there are.
 *
 * Commands are the files that the tasks of `deno.json` start. From there the
 * check follows names, declaration by declaration: a declaration is reached if
 * one that is reached names it, in code or in a type. A re-export alone reaches
 * nothing, and tests do not count.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- the report is this script's product
import { join } from "node:path";
import ts from "typescript";
import { ALLOWED_EXPORTS } from "./allowed_exports.ts";
import { sourceFilesUnder } from "./module_graph.ts";
import { codeCellsOf, moduleOf } from "./notebook_module.ts";
import { fileOf, programOf, readSources, targetOf } from "./source_program.ts";

/** What the check saw. */
export interface ExportReport {
  readonly files: number;
  readonly exports: number;
  /** One line each: where, the name, the rule, and the likely fix. */
  readonly problems: readonly string[];
}

/** The reason why an export may stay unreached, by its file and its name. */
export type AllowedExports = Readonly<
  Record<string, Readonly<Record<string, string>>>
>;

/**
 * Checks the exports of `lib/` of a repository.
 *
 * @param allowed Exports that may stay unreached. An entry without need is a
 * problem as well.
 */
export async function checkExports(
  root: string,
  allowed: AllowedExports = {},
): Promise<ExportReport> {
  const files = (await sourceFilesUnder(root, "lib"))
    .filter((file) => !file.endsWith(".d.ts"));
  const sources = await readSources(root, [
    ...files,
    ...await sourceFilesUnder(root, "bench"),
  ]);
  const notebooks = await readNotebooks(root);
  const commands = await commandsOf(root);
  const program = new Reachability(new Map([...sources, ...notebooks]));
  for (const file of sources.keys()) {
    if (file.startsWith("bench/") || commands.has(file)) program.start(file);
  }
  for (const file of notebooks.keys()) program.start(file);

  const problems: string[] = [];
  const excused = new Set<string>();
  let exports = 0;
  for (const file of files) {
    for (const { name, line, reached } of program.exportsOf(file)) {
      exports++;
      if (reached) continue;
      if (allowed[file]?.[name] !== undefined) {
        excused.add(`${file} ${name}`);
        continue;
      }
      problems.push(
        `${file}:${line} exports ${name}: a command, notebook or benchmark ` +
          "must reach it: delete it with its tests",
      );
    }
  }
  for (const [file, names] of Object.entries(allowed)) {
    for (const name of Object.keys(names)) {
      if (excused.has(`${file} ${name}`)) continue;
      problems.push(
        `${file} exports ${name}: an exception must be needed: ` +
          "delete it from .ci/allowed_exports.ts",
      );
    }
  }
  return { files: files.length, exports, problems };
}

/** The files of the repository that the tasks of `deno.json` start. */
async function commandsOf(root: string): Promise<Set<string>> {
  const { tasks = {} } = JSON.parse(
    await Deno.readTextFile(join(root, "deno.json")),
  ) as { tasks?: Record<string, string | { readonly command?: string }> };
  const commands = Object.values(tasks).map((task) =>
    typeof task === "string" ? task : task.command ?? ""
  );
  return new Set(commands.flatMap((command) => command.split(/[\s"']+/)));
}

/** The code of each notebook as a module, by the module's path. */
async function readNotebooks(root: string): Promise<Map<string, string>> {
  const modules = new Map<string, string>();
  const files = await sourceFilesUnder(root, "notebooks", /\.ipynb$/);
  for (const file of files) {
    const cells = codeCellsOf(await Deno.readTextFile(join(root, file)));
    modules.set(`${file}.ts`, moduleOf(cells).text);
  }
  return modules;
}

/** An exported declaration of a file. */
interface Export {
  readonly name: string;
  /** From 1. */
  readonly line: number;
  readonly reached: boolean;
}

/** Which declarations of some files a walk along their names has reached. */
class Reachability {
  readonly #program: ts.Program;
  readonly #checker: ts.TypeChecker;
  /** Declarations and other statements of the top level of a file. */
  readonly #reached = new Set<ts.Node>();
  readonly #openFiles = new Set<ts.SourceFile>();
  readonly #waiting: ts.Node[] = [];

  /** @param sources The text of each file by its path from the root. */
  constructor(sources: ReadonlyMap<string, string>) {
    this.#program = programOf(sources);
    this.#checker = this.#program.getTypeChecker();
  }

  /** Reaches all that a file holds. */
  start(file: string): void {
    const source = this.#program.getSourceFile(file);
    if (source === undefined) return;
    for (const statement of source.statements) {
      for (const unit of unitsOf(statement)) this.#reach(unit);
    }
    this.#walkOn();
  }

  /** The declarations that a file exports itself, in their order. */
  exportsOf(file: string): Export[] {
    const source = this.#program.getSourceFile(file);
    const module = source && this.#checker.getSymbolAtLocation(source);
    if (source === undefined || module === undefined) return [];
    const found: (Export & { start: number })[] = [];
    for (const symbol of this.#checker.getExportsOfModule(module)) {
      const units = (targetOf(this.#checker, symbol).declarations ?? [])
        .filter((node) => node.getSourceFile() === source).map(unitAround);
      const [first] = units;
      if (first === undefined) continue;
      const start = first.getStart(source);
      found.push({
        name: symbol.name,
        start,
        line: source.getLineAndCharacterOfPosition(start).line + 1,
        reached: units.some((unit) => this.#reached.has(unit)),
      });
    }
    return found.sort((a, b) => a.start - b.start);
  }

  #reach(unit: ts.Node): void {
    if (this.#reached.has(unit)) return;
    this.#reached.add(unit);
    this.#waiting.push(unit);
    const source = unit.getSourceFile();
    if (this.#openFiles.has(source)) return;
    this.#openFiles.add(source);
    // Statements that declare nothing run as soon as anything of the file does.
    for (const statement of source.statements) {
      if (!isDeclaration(statement)) this.#reach(statement);
    }
  }

  #walkOn(): void {
    for (
      let unit = this.#waiting.pop();
      unit !== undefined;
      unit = this.#waiting.pop()
    ) {
      this.#walk(unit);
    }
  }

  #walk(node: ts.Node): void {
    if (ts.isImportDeclaration(node)) {
      // Only an import for its effects reaches anything by itself.
      if (node.importClause === undefined) {
        this.#reachFile(node.moduleSpecifier);
      }
      return;
    }
    // `import("./a.ts").A` is a type: its path names no file that runs.
    if (ts.isExportDeclaration(node) || ts.isLiteralTypeNode(node)) return;
    if (ts.isStringLiteralLike(node)) this.#reachFile(node);
    if (ts.isIdentifier(node)) this.#reachName(node);
    ts.forEachChild(node, (child) => {
      if (ts.isPropertyAccessExpression(node) && child === node.name) {
        if (this.#isNamespace(node.expression)) this.#reachName(node.name);
      } else this.#walk(child);
    });
  }

  #isNamespace(node: ts.Expression): boolean {
    if (!ts.isIdentifier(node)) return false;
    const symbol = this.#checker.getSymbolAtLocation(node);
    return symbol?.declarations?.some((declaration) =>
      ts.isNamespaceImport(declaration) || ts.isNamespaceExport(declaration)
    ) ?? false;
  }

  #reachName(node: ts.MemberName): void {
    const symbol = ts.isShorthandPropertyAssignment(node.parent)
      ? this.#checker.getShorthandAssignmentValueSymbol(node.parent)
      : this.#checker.getSymbolAtLocation(node);
    if (symbol === undefined) return;
    for (
      const declaration of targetOf(this.#checker, symbol).declarations ?? []
    ) {
      if (!ts.isSourceFile(declaration)) this.#reach(unitAround(declaration));
    }
  }

  /** A worker, a program of its own, an import at run time: all of the file. */
  #reachFile(literal: ts.Expression): void {
    if (!ts.isStringLiteralLike(literal)) return;
    const file = fileOf(literal.text, literal.getSourceFile().fileName);
    const source = file === undefined
      ? undefined
      : this.#program.getSourceFile(file);
    for (const statement of source?.statements ?? []) {
      for (const unit of unitsOf(statement)) this.#reach(unit);
    }
  }
}

function isDeclaration(statement: ts.Statement): boolean {
  return ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isEnumDeclaration(statement) || ts.isVariableStatement(statement);
}

/** The parts of a statement that are reached one by one. */
function unitsOf(statement: ts.Statement): readonly ts.Node[] {
  return ts.isVariableStatement(statement)
    ? statement.declarationList.declarations
    : [statement];
}

/** The variable or the statement of the top level that a node lies in. */
function unitAround(node: ts.Node): ts.Node {
  let unit = node;
  while (!ts.isSourceFile(unit.parent)) {
    if (
      ts.isVariableDeclaration(unit) &&
      ts.isSourceFile(unit.parent.parent.parent)
    ) break;
    unit = unit.parent;
  }
  return unit;
}

if (import.meta.main) {
  const { files, exports, problems } = await checkExports(
    Deno.cwd(),
    ALLOWED_EXPORTS,
  );
  for (const problem of problems) console.error(problem);
  const verdict = problems.length === 0
    ? "ok"
    : `${problems.length} problem${problems.length === 1 ? "" : "s"}`;
  console.log(`exports: ${files} files, ${exports} exports, ${verdict}`);
  if (problems.length > 0) Deno.exit(1);
}
