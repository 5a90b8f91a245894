import { InputError } from "../../core/mod.ts";
import {
  type CodeCell,
  hasTag,
  isCode,
  type Notebook,
  sourceOf,
} from "../../formats/notebook/mod.ts";

/** The value of a parameter of a notebook. */
export type ParameterValue =
  | string
  | number
  | boolean
  | readonly (string | number)[];

/** A parameter of a notebook: a constant in the cell tagged `parameters`. */
export interface Parameter {
  readonly name: string;
  /** The declared type, if any. */
  readonly type: string | undefined;
  readonly fallback: ParameterValue;
  /** From the comments above it and on its line. */
  readonly description: string;
}

/** The tag of the cell of the parameters, as in papermill. */
export const PARAMETERS_TAG = "parameters";

const TEXT = String.raw`"(?:[^"\\]|\\.)*"`;
const NUMBER = String.raw`-?\d[\d_]*(?:\.\d+)?(?:e[+-]?\d+)?`;
const ITEM = `(?:${TEXT}|${NUMBER})`;
const LIST = String.raw`\[\s*(?:${ITEM}\s*(?:,\s*${ITEM}\s*)*,?\s*)?\]`;
const DECLARATION = new RegExp(
  String.raw`^const\s+([A-Za-z_]\w*)\s*(?::\s*([^=]+?)\s*)?=\s*` +
    String.raw`(${TEXT}|${NUMBER}|true|false|${LIST})\s*;?\s*(?:\/\/\s*(.*))?$`,
);

/** A line of a comment. */
const COMMENT = /^(?:\/\/|\/\*\*?|\*\/?)\s?(.*?)\s*(?:\*\/)?$/;

/** The cell of the parameters; undefined if the notebook has none. */
function parametersCell(notebook: Notebook): CodeCell | undefined {
  return notebook.cells.filter(isCode)
    .find((cell) => hasTag(cell, PARAMETERS_TAG));
}

/**
 * Reads the parameters of a notebook: the cell tagged `parameters` holds
 * constants, `const NAME = VALUE;` each, with a text, a number, true, false, or a
 * list of texts or numbers; a type may follow the name, comments may stand
 * anywhere.
 *
 * @param name Of the notebook, for the message.
 * @throws {InputError} with the line, if that cell holds other code
 */
export function readParameters(notebook: Notebook, name: string): Parameter[] {
  const cell = parametersCell(notebook);
  if (cell === undefined) return [];
  const parameters: Parameter[] = [];
  let above: string[] = [];
  /** An unfinished declaration, and its first line. */
  let begun: { readonly text: string; readonly line: number } | undefined;
  const refuse = (text: string, line: number): never => {
    throw new InputError(
      `Cannot read the parameters of "${name}": line ${line} of their cell ` +
        "must be const NAME = VALUE with a text, a number, true, false or a " +
        `list: current value is \`${text}\`; move other code to the next cell`,
    );
  };
  sourceOf(cell).split("\n").forEach((source, i) => {
    const piece = source.trim();
    const comment = COMMENT.exec(piece);
    if (begun === undefined && piece === "") above = [];
    else if (begun === undefined && comment) above.push(comment[1]!);
    else {
      const line = begun?.line ?? i + 1;
      const text = begun === undefined ? piece : `${begun.text} ${piece}`;
      const [, constant, type, value, behind] = DECLARATION.exec(text) ?? [];
      if (constant === undefined || value === undefined) {
        // The formatter breaks long declarations into several lines.
        if (!/^const\s/.test(text) || /;$/.test(text)) refuse(text, line);
        begun = { text, line };
        return;
      }
      const description = [...above, behind ?? ""].map((part) => part.trim())
        .filter((part) => part !== "").join(" ");
      parameters.push({
        name: constant,
        type: type?.trim(),
        fallback: literal(value),
        description,
      });
      above = [];
      begun = undefined;
    }
  });
  if (begun !== undefined) refuse(begun.text, begun.line);
  return parameters;
}

/** The value of a literal of the pattern above. */
function literal(source: string): ParameterValue {
  // The strings are JSON's but for a few escapes; numbers may have underscores.
  const json = source
    .replace(
      new RegExp(`${TEXT}|_`, "g"),
      (part) => part === "_" ? "" : part,
    )
    .replace(/,\s*\]$/, "]");
  return JSON.parse(json) as ParameterValue;
}
