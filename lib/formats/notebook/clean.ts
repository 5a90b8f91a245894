import type { Cell, Notebook, Output } from "./notebook.ts";
import { isCode } from "./new.ts";

/** The most that one cell of a clean notebook may show, in bytes as JSON. */
const MOST_BYTES = 2_000;

/** Metadata that changes with every run and says nothing to a reader. */
const VOLATILE = [
  "ExecuteTime",
  "execution",
  "collapsed",
  "scrolled",
  "vscode",
];

/**
 * A notebook as it goes into git: source, and small text that cells printed.
 * Pictures, videos, scripts, errors, counts and times go.
 *
 * @example
 * ```ts
 * import { cleanNotebook, newNotebook } from "lib/formats/notebook/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const notebook = newNotebook([{ cell_type: "code", source: "1 + 1" }]);
 * const [cell] = notebook.cells;
 * const run = {
 *   ...notebook,
 *   cells: [{ ...cell, execution_count: 7 }] as typeof notebook.cells,
 * };
 * assert.deepEqual(cleanNotebook(run), notebook);
 * ```
 */
export function cleanNotebook(notebook: Notebook): Notebook {
  const { widgets: _widgets, aiprod: _run, ...metadata } = notebook.metadata;
  return { ...notebook, metadata, cells: notebook.cells.map(cleanCell) };
}

function cleanCell(cell: Cell): Cell {
  const metadata = Object.fromEntries(
    Object.entries(cell.metadata).filter(([name]) => !VOLATILE.includes(name)),
  );
  if (!isCode(cell)) return { ...cell, metadata };
  const outputs = cell.outputs.flatMap(textOnly);
  const size = new TextEncoder().encode(JSON.stringify(outputs)).length;
  return {
    ...cell,
    metadata,
    execution_count: null,
    outputs: size <= MOST_BYTES ? outputs : [],
  };
}

/** What is printed stays; of what is shown, only that which is text alone. */
function textOnly(output: Output): Output[] {
  if (output.output_type === "stream") return [output];
  if (output.output_type === "error") return [];
  const types = Object.keys(output.data);
  if (types.length !== 1 || types[0] !== "text/plain") return [];
  return output.output_type === "execute_result"
    ? [{ ...output, execution_count: null }]
    : [output];
}
