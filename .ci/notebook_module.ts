/** A place in a notebook as a reader counts it: code cells and lines from 1. */
export interface Place {
  readonly cell: number;
  readonly line: number;
}

/** A code cell of a notebook. */
export interface CodeCell {
  readonly source: string;
  /** The size of the stored outputs as JSON, in bytes. */
  readonly outputBytes: number;
}

/** A notebook as one module, with the way back. */
export interface NotebookModule {
  readonly text: string;
  /** The notebook's place for each line of the text; none between cells. */
  readonly places: readonly (Place | undefined)[];
}

/**
 * Reads the code cells of a notebook file.
 *
 * @throws {SyntaxError} If the text is not a version 4 notebook.
 */
export function codeCellsOf(text: string): CodeCell[] {
  const notebook = JSON.parse(text) as {
    readonly nbformat?: number;
    readonly cells?: readonly {
      readonly cell_type: string;
      readonly source: string | readonly string[];
      readonly outputs?: readonly unknown[];
    }[];
  } | null;
  if (notebook?.nbformat !== 4 || !Array.isArray(notebook.cells)) {
    throw new SyntaxError('the file must have "nbformat": 4 and "cells"');
  }
  return notebook.cells
    .filter(({ cell_type }) => cell_type === "code")
    .map(({ source, outputs = [] }) => ({
      source: typeof source === "string" ? source : source.join(""),
      outputBytes: outputs.length === 0
        ? 0
        : new TextEncoder().encode(JSON.stringify(outputs)).length,
    }));
}

/**
 * Joins cells into a module that Deno can check.
 *
 * A comment marks where each cell begins. A semicolon ends each cell, because
 * the kernel never reads on from one cell into the next.
 */
export function moduleOf(cells: readonly CodeCell[]): NotebookModule {
  const lines: string[] = [];
  const places: (Place | undefined)[] = [];
  cells.forEach(({ source }, index) => {
    lines.push(`// code cell ${index + 1}`);
    places.push(undefined);
    source.split("\n").forEach((text, row) => {
      lines.push(text);
      places.push({ cell: index + 1, line: row + 1 });
    });
    lines.push(";");
    places.push(undefined);
  });
  // A file without imports or exports would share its names with the others.
  lines.push("export {};", "");
  return { text: lines.join("\n"), places };
}

/**
 * The place of a line of the module, from 1: a line between cells, where an
 * unfinished cell is often noticed, counts to the cell above it.
 */
export function placeAt(
  { places }: NotebookModule,
  line: number,
): Place | undefined {
  return places.slice(0, line).findLast((place) => place !== undefined);
}
