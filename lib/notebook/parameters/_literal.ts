/** Escapes of one letter. */
const LETTERS: Readonly<Record<string, string>> = {
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/** A backslash and what belongs to it. */
const ESCAPE =
  /\\(?:u\{([\da-f]+)\}|u([\da-f]{4})|x([\da-f]{2})|(\r\n|[\n\r\u2028\u2029])|(0(?!\d))|([^]))/giu;

/**
 * The text of a TypeScript literal: quoted, or a template without substitutions.
 *
 * @param source With its quotation marks.
 * @returns undefined for an escape that TypeScript refuses
 */
export function textOfLiteral(source: string): string | undefined {
  let isLegal = true;
  const refuse = (): string => {
    isLegal = false;
    return "";
  };
  const inner = source.slice(1, -1);
  // A line break in a template is a line feed, however the file is stored.
  const text = (source[0] === "`" ? inner.replaceAll(/\r\n?/g, "\n") : inner)
    .replaceAll(ESCAPE, (_, point, unit, byte, lineBreak, nul, other) => {
      if (lineBreak !== undefined) return "";
      if (nul !== undefined) return "\0";
      if (other === undefined) {
        const code = parseInt(point ?? unit ?? byte, 16);
        return code <= 0x10ffff ? String.fromCodePoint(code) : refuse();
      }
      return /[\dxu]/i.test(other) ? refuse() : LETTERS[other] ?? other;
    });
  return isLegal ? text : undefined;
}
