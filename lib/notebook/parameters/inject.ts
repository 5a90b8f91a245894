import {
  type Cell,
  hasTag,
  isCode,
  newCell,
  type Notebook,
} from "../../formats/notebook/mod.ts";
import { PARAMETERS_TAG, type ParameterValue } from "./read.ts";

/** The tag of the cell that overrides the parameters, as in papermill. */
const INJECTED_TAG = "injected-parameters";

/**
 * Overrides parameters: a cell after the one tagged `parameters` declares them
 * again, which Deno's kernel allows. That of an earlier run is replaced.
 *
 * @param values By the names of parameters of the notebook.
 */
export function injectParameters(
  notebook: Notebook,
  values: Readonly<Record<string, ParameterValue>>,
): Notebook {
  const cells = notebook.cells.filter((cell) => !hasTag(cell, INJECTED_TAG));
  const at = cells.findIndex((cell) =>
    isCode(cell) && hasTag(cell, PARAMETERS_TAG)
  );
  const lines = Object.entries(values)
    .map(([name, value]) => `const ${name} = ${JSON.stringify(value)};`);
  if (lines.length === 0 || at === -1) return { ...notebook, cells };
  const injected = newCell({
    id: freeId(cells, "injected-parameters"),
    cell_type: "code",
    source: lines.join("\n"),
    tags: [INJECTED_TAG],
  });
  return { ...notebook, cells: cells.toSpliced(at + 1, 0, injected) };
}

function freeId(cells: readonly Cell[], wanted: string): string {
  const taken = new Set(cells.map(({ id }) => id));
  let id = wanted;
  for (let i = 2; taken.has(id); i++) id = `${wanted}-${i}`;
  return id;
}
