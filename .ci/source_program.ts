import { dirname, join } from "node:path";
import ts from "typescript";

/** The text of each of some files of a repository, by its path from the root. */
export async function readSources(
  root: string,
  files: readonly string[],
): Promise<Map<string, string>> {
  const sources = new Map<string, string>();
  for (const file of files) {
    sources.set(file, await Deno.readTextFile(join(root, file)));
  }
  return sources;
}

/**
 * Some files as one program, in which names lead to what they stand for.
 *
 * Packages and the built-in types are left out, so it takes seconds and knows no
 * types: only identifiers can be resolved.
 *
 * @param sources The text of each file by its path from the root.
 */
export function programOf(sources: ReadonlyMap<string, string>): ts.Program {
  return ts.createProgram({
    rootNames: [...sources.keys()],
    options: {
      noLib: true,
      types: [],
      target: ts.ScriptTarget.ESNext,
      module: ts.ModuleKind.ESNext,
      allowImportingTsExtensions: true,
      noEmit: true,
    },
    host: {
      getSourceFile: (name, options) => {
        const text = sources.get(name);
        return text === undefined
          ? undefined
          : ts.createSourceFile(name, text, options, true);
      },
      resolveModuleNameLiterals: (literals, importer) =>
        literals.map(({ text }) => {
          const file = fileOf(text, importer);
          return {
            resolvedModule: file !== undefined && sources.has(file)
              ? { resolvedFileName: file, extension: ts.Extension.Ts }
              : undefined,
          };
        }),
      getDefaultLibFileName: () => "lib.d.ts",
      writeFile: () => {},
      getCurrentDirectory: () => "",
      getCanonicalFileName: (name) => name,
      useCaseSensitiveFileNames: () => true,
      getNewLine: () => "\n",
      fileExists: (name) => sources.has(name),
      readFile: (name) => sources.get(name),
    },
  });
}

/** The file that a specifier names, as a path from the root; none for packages. */
export function fileOf(
  specifier: string,
  importer: string,
): string | undefined {
  if (!specifier.endsWith(".ts")) return undefined;
  if (specifier.startsWith("lib/")) return specifier;
  return /^\.\.?\//.test(specifier)
    ? join(dirname(importer), specifier)
    : undefined;
}

/** What a name stands for, past all imports and re-exports. */
export function targetOf(
  checker: ts.TypeChecker,
  symbol: ts.Symbol,
): ts.Symbol {
  return (symbol.flags & ts.SymbolFlags.Alias) !== 0
    ? checker.getAliasedSymbol(symbol)
    : symbol;
}
