import { printParseErrorCode, visit } from "jsonc-parser";
import { InputError, messageOf } from "lib/core/mod.ts";

/**
 * Parses the JSON of a file that people write.
 *
 * @param name Of the file, for the message.
 * @throws {InputError} naming the file, line and column, if it is not JSON or an
 *   object has a name twice, of which `JSON.parse` would drop the first
 *
 * @example
 * ```ts
 * import { parseJson } from "lib/formats/text/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(parseJson('{"size": 64}', "run.json"), { size: 64 });
 * assert.throws(() => parseJson('{"size": 64,}', "run.json"), /line 1, column 13: found "}"/);
 * ```
 */
export function parseJson(text: string, name: string): unknown {
  const fault = jsonFault(text);
  if (fault === undefined) return JSON.parse(text);
  throw new InputError(
    `Cannot read "${name}": it must be JSON: ${fault}; correct the file`,
  );
}

/**
 * Describes the first fault of a JSON text, with line and column from 1;
 * undefined if there is none.
 */
export function jsonFault(text: string): string | undefined {
  if (text.trim() === "") return "it is empty";
  let fault: string | undefined;
  const names: Set<string>[] = [];
  const place = (line: number, column: number): string =>
    `line ${line + 1}, column ${column + 1}`;
  visit(text, {
    onObjectBegin: () => void names.push(new Set()),
    onObjectEnd: () => void names.pop(),
    onObjectProperty(name, _offset, _length, line, column) {
      if (names.at(-1)?.has(name)) {
        fault ??= `${place(line, column)}: the object has "${name}" twice`;
      }
      names.at(-1)?.add(name);
    },
    onError(code, offset, length, line, column) {
      fault ??= `${place(line, column)}: found ${
        foundAt(text, offset, length)
      }${REASONS[printParseErrorCode(code)] ?? ""}`;
    },
  }, { disallowComments: true, allowTrailingComma: false });
  if (fault !== undefined) return fault;
  try {
    JSON.parse(text);
  } catch (error) {
    return messageOf(error);
  }
  return undefined;
}

function foundAt(text: string, offset: number, length: number): string {
  const found = text.slice(offset, offset + Math.max(1, length));
  return found === "" ? "the end" : JSON.stringify(found.slice(0, 20));
}

/** Reasons by the names that jsonc-parser gives to its errors. */
const REASONS: Readonly<
  Partial<Record<ReturnType<typeof printParseErrorCode>, string>>
> = {
  InvalidCommentToken: "; JSON has no comments",
  PropertyNameExpected: " where a name in quotes must stand",
  ValueExpected: " where a value must stand",
  ColonExpected: " where a colon must stand",
  CommaExpected: " where a comma must stand",
  CloseBraceExpected: " where a } must stand",
  CloseBracketExpected: " where a ] must stand",
  EndOfFileExpected: " behind the end of the value",
  InvalidSymbol: ", which is no value of JSON",
  InvalidNumberFormat: ", which is not a JSON number",
  InvalidCharacter: ", a text with a control character",
  InvalidEscapeCharacter: ", a text with an unknown escape",
  InvalidUnicode: ", a text with an unknown escape",
  UnexpectedEndOfString: ", a text without its end",
};
