import assert from "node:assert/strict";
import {
  cleanNotebook,
  type CodeCell,
  newNotebook,
  type Output,
} from "lib/formats/notebook/mod.ts";

/** What is left of a cell's outputs. */
function cleaned(...outputs: Output[]): Output[] {
  const notebook = newNotebook([{ cell_type: "code", source: "1" }]);
  const cell = { ...notebook.cells[0] as CodeCell, outputs };
  const { cells } = cleanNotebook({ ...notebook, cells: [cell] });
  return (cells[0] as CodeCell).outputs;
}

const TEXT: Output = { output_type: "stream", name: "stdout", text: "small" };

Deno.test("cleanNotebook() keeps small text and drops pictures, pages and errors", () => {
  assert.deepEqual(
    cleaned(
      TEXT,
      {
        output_type: "display_data",
        metadata: {},
        data: { "image/png": "AAAA", "text/plain": "picture" },
      },
      {
        output_type: "display_data",
        metadata: {},
        data: { "text/html": "<script></script>", "text/plain": "" },
      },
      { output_type: "error", ename: "E", evalue: "", traceback: [] },
      {
        output_type: "execute_result",
        execution_count: 4,
        metadata: {},
        data: { "text/plain": "42" },
      },
    ),
    [
      TEXT,
      {
        output_type: "execute_result",
        execution_count: null,
        metadata: {},
        data: { "text/plain": "42" },
      },
    ],
  );
});

Deno.test("cleanNotebook() drops text that is not small", () => {
  // The JSON around the text takes 54 bytes: 54 + 1946 = 2000.
  const long = (
    length: number,
  ): Output => ({ ...TEXT, text: "x".repeat(length) } as Output);
  const around = JSON.stringify([long(0)]).length;
  assert.equal(cleaned(long(2_000 - around)).length, 1);
  assert.equal(cleaned(long(2_001 - around)).length, 0);
});

Deno.test("cleanNotebook() forgets counts, times and the record of the run", () => {
  const notebook = newNotebook([
    { cell_type: "code", source: "1", tags: ["kept"] },
  ]);
  const cell = {
    ...notebook.cells[0] as CodeCell,
    execution_count: 9,
    metadata: { tags: ["kept"], execution: { began: "now" }, scrolled: true },
  };
  const run = {
    ...notebook,
    metadata: { ...notebook.metadata, aiprod: { state: "done" }, widgets: {} },
    cells: [cell],
  };
  assert.deepEqual(cleanNotebook(run), notebook);
  assert.deepEqual(cleanNotebook(notebook), notebook);
});
