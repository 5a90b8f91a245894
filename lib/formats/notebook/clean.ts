import type { Cell, Notebook, Output } from "./notebook.ts";
import { isCode } from "./new.ts";

/** Most bytes of outputs, as JSON, of one cell of a clean notebook. */
const MOST_BYTES = 2_000;

/** Metadata that changes with every run and does not matter to a reader. */
const VOLATILE = [
  "ExecuteTime",
  "execution",
  "collapsed",
  "scrolled",
  "vscode",
];

/**
 * A notebook for git: source, and small printed text. Pictures, videos, scripts,
 * errors, counts and times are removed.
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

/** Keeps printed text, and displays of plain text alone. */
function textOnly(output: Output): Output[] {
  if (output.output_type === "stream") return [output];
  if (output.output_type === "error") return [];
  const types = Object.keys(output.data);
  if (types.length !== 1 || types[0] !== "text/plain") return [];
  return output.output_type === "execute_result"
    ? [{ ...output, execution_count: null }]
    : [output];
}
