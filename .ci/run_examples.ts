/**
 * Runs the examples in doc comments of `lib/`, in `README.md` and in `docs/` as
 * tests. The arguments are flags of `deno test`.
 *
 * `deno test --doc` loads all modules anew for each example: it takes minutes for
 * some hundreds, and the examples themselves seconds. So each becomes a module
 * that one test imports.
 *
 * @module
 */
import { sourceFilesUnder } from "./module_graph.ts";
import { runTests, type TestModule } from "./test_process.ts";

/** A block of TypeScript in a document or in the doc comments of a source. */
export interface Example {
  /** The line of its fence, from 1. */
  readonly line: number;
  readonly code: string;
}

/** The blocks that are marked `ts` in a Markdown text. */
export function examplesIn(text: string): Example[] {
  const lines = text.split("\n");
  return lines.flatMap((fence, start) => {
    if (fence !== "```ts") return [];
    const end = lines.indexOf("```", start);
    const code = lines.slice(start + 1, end < 0 ? undefined : end).join("\n");
    return [{ line: start + 1, code }];
  });
}

/** The text of the doc comments of a source, each line where it was. */
export function docTextOf(source: string): string {
  let inside = false;
  return source.split("\n").map((line) => {
    inside ||= /^\s*\/\*\*/.test(line);
    const text = inside ? line.replace(/^\s*\* ?/, "") : "";
    inside &&= !line.endsWith("*/");
    return text;
  }).join("\n");
}

/**
 * A module of tests of the examples, and one for each of them.
 *
 * @param texts The text of each file by its path from the root.
 */
export function exampleModules(
  texts: ReadonlyMap<string, string>,
): TestModule[] {
  const modules: TestModule[] = [];
  const tests: string[] = [];
  for (const [file, text] of texts) {
    const examples = examplesIn(file.endsWith(".ts") ? docTextOf(text) : text);
    for (const { line, code } of examples) {
      const module = `${file.replaceAll("/", "_")}_${line}.ts`;
      // Without an export a file without imports would share its names.
      modules.push({
        file: module,
        code: `${code}\nexport {};\n`,
        isTest: false,
      });
      tests.push(
        `Deno.test("${file}:${line}", async () => void await import("./${module}"));`,
      );
    }
  }
  return [...modules, { file: "examples.ts", code: tests.join("\n") }];
}

if (import.meta.main) {
  const texts = new Map<string, string>();
  for (
    const file of [
      ...await sourceFilesUnder(".", "lib"),
      ...await sourceFilesUnder(".", "docs", /\.md$/),
      "README.md",
    ]
  ) texts.set(file, await Deno.readTextFile(file));
  Deno.exit(await runTests(Deno.args, [exampleModules(texts)]));
}
