import {
  type Cell,
  type CodeCell,
  linesOf,
  type Notebook,
} from "./notebook.ts";

/** The content of a new cell. */
export interface NewCell {
  readonly cell_type: "code" | "markdown";
  readonly source: string;
  readonly tags?: readonly string[];
  /** Unique in its notebook. */
  readonly id?: string;
}

/**
 * A notebook of version 4.5 for Deno's kernel.
 */
export function newNotebook(cells: readonly NewCell[]): Notebook {
  return {
    cells: cells.map((cell, i) => newCell({ id: `cell-${i + 1}`, ...cell })),
    metadata: {
      kernelspec: {
        display_name: "Deno",
        language: "typescript",
        name: "deno",
      },
      language_info: {
        file_extension: ".ts",
        mimetype: "text/x.typescript",
        name: "typescript",
      },
    },
    nbformat: 4,
    nbformat_minor: 5,
  };
}

/** One cell, to put into a notebook. */
export function newCell(
  { cell_type, source, tags, id }: NewCell & { readonly id: string },
): Cell {
  const metadata = tags === undefined ? {} : { tags: [...tags] };
  const lines = linesOf(source);
  // Fields in the order of the alphabet, as Jupyter writes them.
  return cell_type === "markdown"
    ? { cell_type, id, metadata, source: lines }
    : {
      cell_type,
      execution_count: null,
      id,
      metadata,
      outputs: [],
      source: lines,
    };
}

/** Whether a cell holds code. */
export function isCode(cell: Cell): cell is CodeCell {
  return cell.cell_type === "code";
}

/** Whether a cell carries a tag. */
export function hasTag({ metadata }: Cell, tag: string): boolean {
  return metadata.tags?.includes(tag) ?? false;
}
