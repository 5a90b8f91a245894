import jsTokens, { type Token } from "js-tokens";
import { InputError } from "../../core/mod.ts";
import {
  type CodeCell,
  hasTag,
  isCode,
  type Notebook,
  sourceOf,
} from "../../formats/notebook/mod.ts";
import { textOfLiteral } from "./_literal.ts";

/** The value of a parameter of a notebook. */
export type ParameterValue =
  | string
  | number
  | boolean
  | readonly (string | number)[];

/** A parameter of a notebook: a constant in the cell tagged `parameters`. */
export interface Parameter {
  readonly name: string;
  /** The values that its type allows, where that is a union of texts. */
  readonly choices: readonly string[] | undefined;
  readonly fallback: ParameterValue;
  /** From the comments above it and on its line. */
  readonly description: string;
}

/** The tag of the cell of the parameters, as in papermill. */
export const PARAMETERS_TAG = "parameters";

/** The cell of the parameters; undefined if the notebook has none. */
function parametersCell(notebook: Notebook): CodeCell | undefined {
  return notebook.cells.filter(isCode)
    .find((cell) => hasTag(cell, PARAMETERS_TAG));
}

/**
 * Reads the parameters of a notebook: the cell tagged `parameters` holds
 * constants, `const NAME = VALUE;` each, with a text, a number, true, false, or a
 * list of texts or numbers; a type may follow the name, comments may stand
 * anywhere. A text is any literal of TypeScript, a template without substitutions
 * included.
 *
 * @param name Of the notebook, for the message.
 * @throws {InputError} with the line, if that cell holds other code
 */
export function readParameters(notebook: Notebook, name: string): Parameter[] {
  const cell = parametersCell(notebook);
  if (cell === undefined) return [];
  const source = sourceOf(cell);
  const tokens = new TokenStream(source);
  const parameters: Parameter[] = [];
  for (;;) {
    const above = tokens.commentsBefore();
    if (tokens.next === undefined) return parameters;
    const { line } = tokens;
    const read = declarationOf(tokens);
    if (read === undefined) {
      throw new InputError(
        `Cannot read the parameters of "${name}": line ${line} of their cell ` +
          "must be const NAME = VALUE with a text, a number, true, false or a " +
          `list: current value is \`${
            source.split(/\r?\n/)[line - 1]!.trim()
          }` +
          "`; move other code to the next cell",
      );
    }
    const description = [...above, tokens.commentBehind()]
      .map((part) => part.trim()).filter((part) => part !== "").join(" ");
    parameters.push({ ...read, description });
  }
}

/** The tokens of a cell; white space and comments in between are skipped. */
class TokenStream {
  readonly #tokens: readonly Token[];
  #at = 0;
  /** Of the next token, from 1. */
  line = 1;

  constructor(source: string) {
    this.#tokens = [...jsTokens(source)];
  }

  get next(): Token | undefined {
    return this.#tokens[this.#at];
  }

  #step(): Token {
    const token = this.#tokens[this.#at++]!;
    this.line += token.value.match(/\r\n|[\n\r\u2028\u2029]/g)?.length ?? 0;
    return token;
  }

  /** Takes the next token if it has this text. */
  takes(value: string): boolean {
    if (this.next?.value !== value) return false;
    this.take();
    return true;
  }

  /** Takes the next token, and what is skipped behind it on its line. */
  take(): Token | undefined {
    if (this.next === undefined) return undefined;
    const token = this.#step();
    while (this.next?.type === "WhiteSpace") this.#step();
    return token;
  }

  /** Skips line breaks and comments inside a declaration. */
  skip(): void {
    while (this.next !== undefined && isGap(this.next)) this.#step();
  }

  /** Whether a statement may end here without a semicolon. */
  get isLineEnd(): boolean {
    return this.next === undefined || isGap(this.next);
  }

  /** The comments above the next statement, those since the last empty line. */
  commentsBefore(): string[] {
    let comments: string[] = [];
    let breaks = 0;
    while (this.next !== undefined && isGap(this.next)) {
      const { type, value } = this.#step();
      if (type === "LineTerminatorSequence") {
        if (++breaks > 1) comments = [];
      } else if (type !== "WhiteSpace") {
        breaks = 0;
        comments.push(...linesOfComment(value));
      }
    }
    return comments;
  }

  /** The comment on the line of the last token. */
  commentBehind(): string {
    return this.next?.type.endsWith("Comment")
      ? linesOfComment(this.#step().value).join(" ")
      : "";
  }
}

function isGap({ type }: Token): boolean {
  return type === "WhiteSpace" || type === "LineTerminatorSequence" ||
    type === "SingleLineComment" || type === "MultiLineComment";
}

/** The lines of a comment without its marks. */
function linesOfComment(comment: string): string[] {
  return comment.startsWith("//") ? [comment.slice(2)] : comment
    .replace(/^\/\*+/, "").replace(/\*+\/$/, "").split(/\r?\n/)
    .map((line) => line.replace(/^\s*\*/, ""));
}

/** `const NAME: TYPE = VALUE;`; undefined for other code. */
function declarationOf(
  tokens: TokenStream,
): Omit<Parameter, "description"> | undefined {
  if (!tokens.takes("const")) return undefined;
  tokens.skip();
  const name = tokens.take();
  if (name?.type !== "IdentifierName") return undefined;
  tokens.skip();
  const type = tokens.takes(":") ? typeBefore("=", tokens) : [];
  if (!tokens.takes("=")) return undefined;
  tokens.skip();
  const fallback = tokens.takes("[") ? listOf(tokens) : valueOf(tokens);
  if (fallback === undefined) return undefined;
  if (!tokens.takes(";") && !tokens.isLineEnd) return undefined;
  return { name: name.value, choices: choicesOf(type), fallback };
}

function typeBefore(end: string, tokens: TokenStream): Token[] {
  const type: Token[] = [];
  for (tokens.skip(); tokens.next?.value !== end; tokens.skip()) {
    const token = tokens.take();
    if (token === undefined) break;
    type.push(token);
  }
  return type;
}

/** The texts of a union: `"a" | "b"`. */
function choicesOf(type: readonly Token[]): string[] | undefined {
  const words = type[0]?.value === "|" ? type.slice(1) : type;
  const isUnion = words.length % 2 === 1 &&
    words.every((token, i) =>
      i % 2 === 0 ? isText(token) : token.value === "|"
    );
  if (!isUnion) return undefined;
  const texts = words.filter(isText).map(({ value }) => textOfLiteral(value));
  return texts.every((text) => text !== undefined) ? texts : undefined;
}

function listOf(tokens: TokenStream): (string | number)[] | undefined {
  const items: (string | number)[] = [];
  for (;;) {
    tokens.skip();
    if (tokens.takes("]")) return items;
    const item = valueOf(tokens);
    if (item === undefined || typeof item === "boolean") return undefined;
    items.push(item);
    tokens.skip();
    if (!tokens.takes(",") && tokens.next?.value !== "]") return undefined;
  }
}

function valueOf(tokens: TokenStream): string | number | boolean | undefined {
  const sign = tokens.takes("-") ? -1 : 1;
  const token = tokens.take();
  if (token?.type === "NumericLiteral") {
    const value = sign * Number(token.value.replaceAll("_", ""));
    return Number.isFinite(value) && !/^0\d/.test(token.value)
      ? value
      : undefined;
  }
  if (token === undefined || sign < 0) return undefined;
  if (isText(token)) return textOfLiteral(token.value);
  return token.value === "true" || token.value === "false"
    ? token.value === "true"
    : undefined;
}

/** Whether a token is a text that ends. */
function isText(token: Token): boolean {
  return (token.type === "StringLiteral" ||
    token.type === "NoSubstitutionTemplate") && token.closed;
}
