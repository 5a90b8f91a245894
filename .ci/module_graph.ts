import { pathToFileURL } from "node:url";
import { runDeno } from "./deno_process.ts";

/** One import statement, or several of one file from another. */
export interface Import {
  /** The importing file, relative to the root: `lib/core/rng.ts`. */
  readonly importer: string;
  /** What the source says: `lib/core/mod.ts`, `./rng.ts`, `zod`. */
  readonly specifier: string;
  /** The imported file relative to the root; none for a package. */
  readonly file?: string;
  /** Whether the import vanishes when types are stripped. */
  readonly typeOnly: boolean;
  /** The line of the import in the importing file, from 1. */
  readonly line: number;
  /** Why Deno cannot resolve it. */
  readonly error?: string;
}

interface Resolution {
  readonly specifier?: string;
  readonly error?: string;
  readonly span: { readonly start: { readonly line: number } };
}

interface GraphModule {
  readonly specifier: string;
  readonly error?: string;
  readonly dependencies?: readonly {
    readonly specifier: string;
    readonly code?: Resolution;
    readonly type?: Resolution;
  }[];
}

/**
 * The files under a folder whose names a pattern accepts, sorted, as paths from
 * the root; none if there is no such folder. Hidden files and folders are left
 * out.
 */
export async function sourceFilesUnder(
  root: string,
  folder: string,
  pattern = /\.[cm]?[jt]sx?$/,
): Promise<string[]> {
  const files: string[] = [];
  try {
    for await (
      const { name, isDirectory } of Deno.readDir(`${root}/${folder}`)
    ) {
      if (name.startsWith(".")) continue;
      const path = `${folder}/${name}`;
      if (isDirectory) {
        files.push(...await sourceFilesUnder(root, path, pattern));
      } else if (pattern.test(name)) files.push(path);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return files.sort();
}

/**
 * Asks `deno info` for every import that the given files make.
 *
 * @param root The folder that holds `deno.json`, as an absolute path without
 * symbolic links.
 * @param files The files to ask about, relative to the root.
 */
export async function importsOf(
  root: string,
  files: readonly string[],
): Promise<Import[]> {
  if (files.length === 0) return [];
  const base = `${pathToFileURL(root).href}/`;
  // `deno info` takes one module, so it gets one that imports them all.
  const entry = files
    .map((file) => `import ${JSON.stringify(new URL(file, base).href)};`)
    .join("");
  const info = await runDeno([
    "info",
    "--json",
    `data:application/typescript,${encodeURIComponent(entry)}`,
  ], root);
  if (!info.success) {
    throw new Error(`Cannot read the module graph: ${info.stderr.trim()}`);
  }
  const { modules } = JSON.parse(info.stdout) as {
    readonly modules: readonly GraphModule[];
  };
  const errors = new Map(
    modules.map((module) => [module.specifier, module.error]),
  );
  const asked = new Set(files);
  const imports: Import[] = [];
  for (const module of modules) {
    const importer = pathUnder(base, module.specifier);
    if (importer === undefined || !asked.has(importer)) continue;
    for (const { specifier, code, type } of module.dependencies ?? []) {
      const resolution = code ?? type;
      if (resolution === undefined) continue;
      const target = resolution.specifier;
      imports.push({
        importer,
        specifier,
        file: target === undefined ? undefined : pathUnder(base, target),
        typeOnly: code === undefined,
        line: resolution.span.start.line + 1,
        error: resolution.error ??
          (target === undefined ? undefined : errors.get(target)),
      });
    }
  }
  return imports.sort((a, b) =>
    order(a.importer, b.importer) || a.line - b.line ||
    order(a.specifier, b.specifier)
  );
}

/** The path from the root; none for a package, which may lie below it too. */
function pathUnder(base: string, url: string): string | undefined {
  return url.startsWith(base) && !url.startsWith("node_modules/", base.length)
    ? decodeURIComponent(url.slice(base.length))
    : undefined;
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
