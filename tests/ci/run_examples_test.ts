import assert from "node:assert/strict";
import {
  docTextOf,
  exampleModules,
  examplesIn,
} from "../../.ci/run_examples.ts";

const SOURCE = `/**
 * Adds.
 *
 * \`\`\`ts
 * import { add } from "lib/core/mod.ts";
 *
 * add(1, 2);
 * \`\`\`
 */
export function add(): void {}
// \`\`\`ts
const code = 1;
/** One line. */
`;

Deno.test("examplesIn() gives each block of TypeScript with its line", () => {
  const text = "# A\n```ts\na;\n\nb;\n```\n```sh\nls\n```\n```ts\nc;\n```\n";
  assert.deepEqual(examplesIn(text), [
    { line: 2, code: "a;\n\nb;" },
    { line: 10, code: "c;" },
  ]);
});

Deno.test("docTextOf() keeps the text of doc comments on its lines", () => {
  const lines = docTextOf(SOURCE).split("\n");
  assert.equal(lines.length, SOURCE.split("\n").length);
  assert.deepEqual(examplesIn(docTextOf(SOURCE)), [{
    line: 4,
    code: 'import { add } from "lib/core/mod.ts";\n\nadd(1, 2);',
  }]);
});

Deno.test("exampleModules() makes a module of each example and a test that runs it", () => {
  const modules = exampleModules(
    new Map([["lib/core/add.ts", SOURCE], ["docs/a.md", "none"]]),
  );
  assert.deepEqual(modules, [
    {
      file: "lib_core_add.ts_4.ts",
      code:
        'import { add } from "lib/core/mod.ts";\n\nadd(1, 2);\nexport {};\n',
      isTest: false,
    },
    {
      file: "examples.ts",
      code: 'Deno.test("lib/core/add.ts:4", async () => void await ' +
        'import("./lib_core_add.ts_4.ts"));',
    },
  ]);
});
