/** `JSON.parse` and `JSON.rawJSON` of ECMAScript 2026, which TypeScript's library lacks. */
const { parse, rawJSON } = JSON as unknown as {
  parse(
    text: string,
    reviver: (key: string, value: unknown, token: Token) => unknown,
  ): unknown;
  rawJSON(text: string): unknown;
};

/** The text of a number, as it is written. */
interface Token {
  readonly source: string;
}

/**
 * Parses JSON in which 4.0 and 4 differ: the format has whole numbers only, and
 * `JSON.parse` makes the same number of 4.0, 4e0 and 4, and 0 of -0. A number
 * that is not written as a whole number from 0, or is too large for one, becomes
 * an object that `JSON.stringify` prints as it is written.
 *
 * @throws {SyntaxError} if the text is not JSON
 */
export function parseHeaderJson(text: string): unknown {
  return parse(text, (_key, value, { source }) =>
    typeof value !== "number" ||
      (/^\d+$/.test(source) && Number.isSafeInteger(value))
      ? value
      : rawJSON(source));
}
