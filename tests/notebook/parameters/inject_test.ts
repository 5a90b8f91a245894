import assert from "node:assert/strict";
import { newNotebook, sourceOf } from "lib/formats/notebook/mod.ts";
import { injectParameters } from "lib/notebook/mod.ts";

const NOTEBOOK = newNotebook([
  { cell_type: "markdown", source: "# A" },
  { cell_type: "code", source: "const a = 1;", tags: ["parameters"] },
  { cell_type: "code", source: "a;", id: "injected-parameters" },
]);

Deno.test("injectParameters() declares behind the cell of the parameters, safely quoted", () => {
  const { cells } = injectParameters(NOTEBOOK, { a: 2, b: '"; x\n', c: ["d"] });
  assert.deepEqual(cells.map(sourceOf), [
    "# A",
    "const a = 1;",
    'const a = 2;\nconst b = "\\"; x\\n";\nconst c = ["d"];',
    "a;",
  ]);
  assert.equal(cells[2]?.id, "injected-parameters-2");
  assert.deepEqual(cells[2]?.metadata.tags, ["injected-parameters"]);
});

Deno.test("injectParameters() replaces what an earlier run injected", () => {
  const once = injectParameters(NOTEBOOK, { a: 2 });
  const { cells } = injectParameters(once, { a: 3 });
  assert.equal(cells.length, 4);
  assert.equal(sourceOf(cells[2]!), "const a = 3;");
  assert.deepEqual(injectParameters(once, {}), NOTEBOOK);
});
