import * as z from "zod";
import { InputError } from "../../core/mod.ts";
import { jsonFault } from "../text/mod.ts";

/** Text as Jupyter stores it: whole, or as lines that keep their line feeds. */
const text = z.union([z.string(), z.array(z.string())]);
const metadata = z.looseObject({ tags: z.array(z.string()).optional() });
const bundle = z.record(z.string(), z.json());
const count = z.int().min(0).nullable();

const output = z.discriminatedUnion("output_type", [
  z.looseObject({
    output_type: z.literal("stream"),
    name: z.string(),
    text,
  }),
  z.looseObject({
    output_type: z.literal("display_data"),
    data: bundle,
    metadata: z.looseObject({}),
  }),
  z.looseObject({
    output_type: z.literal("execute_result"),
    data: bundle,
    metadata: z.looseObject({}),
    execution_count: count,
  }),
  z.looseObject({
    output_type: z.literal("error"),
    ename: z.string(),
    evalue: z.string(),
    traceback: z.array(z.string()),
  }),
]);

const id = z.string().regex(
  /^[a-zA-Z0-9_-]{1,64}$/,
  "must be 1 to 64 letters, digits, - or _",
);

const common = { id: id.optional(), metadata, source: text };
const cell = z.discriminatedUnion("cell_type", [
  z.looseObject({
    cell_type: z.literal("code"),
    ...common,
    execution_count: count,
    outputs: z.array(output),
  }),
  z.looseObject({ cell_type: z.literal("markdown"), ...common }),
  z.looseObject({ cell_type: z.literal("raw"), ...common }),
]);

const schema = z.looseObject({
  nbformat: z.literal(4, "must be 4"),
  nbformat_minor: z.int().min(0),
  metadata: z.looseObject({}),
  cells: z.array(cell),
}).superRefine(({ nbformat_minor, cells }, context) => {
  if (nbformat_minor < 5) return;
  const seen = new Set<string>();
  cells.forEach(({ id }, i) => {
    const message = id === undefined
      ? "must not be missing, since version 4.5"
      : seen.has(id)
      ? `must be unique: "${id}" occurs twice`
      : undefined;
    if (id !== undefined) seen.add(id);
    if (message === undefined) return;
    context.addIssue({ code: "custom", path: ["cells", i, "id"], message });
  });
});

/**
 * A Jupyter notebook, version 4 (https://nbformat.readthedocs.io): unknown fields
 * are kept.
 */
export type Notebook = z.infer<typeof schema>;
export type Cell = Notebook["cells"][number];
export type CodeCell = Extract<Cell, { cell_type: "code" }>;
export type Output = CodeCell["outputs"][number];
/** One display in several forms, by mime type. */
export type MimeBundle = z.infer<typeof bundle>;

/**
 * Reads a notebook from its text. Nothing is lost: {@link notebookText} returns
 * the same text, if Jupyter wrote it.
 *
 * @param name Of the file, for the message.
 * @throws {InputError} with the field, if it is not a notebook of version 4
 */
export function parseNotebook(content: string, name: string): Notebook {
  const refuse = (found: string): never => {
    throw new InputError(
      `Cannot read "${name}": it must be a notebook of version 4: ${found}; ` +
        "save it again in Jupyter, or make one with deno task notebook new",
    );
  };
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch {
    return refuse(`it is not JSON: ${jsonFault(content)}`);
  }
  const result = schema.safeParse(json);
  if (!result.success) {
    const { path, message } = result.error.issues[0]!;
    return refuse(`${path.map(String).join(".") || "the whole"}: ${message}`);
  }
  // Not zod's copy: the order of the fields must stay.
  return json as Notebook;
}

/** The text of a notebook as Jupyter writes it: indented by one space. */
export function notebookText(notebook: Notebook): string {
  return `${JSON.stringify(notebook, null, 1)}\n`;
}

/** The source of a cell, or any other text of a notebook, in one piece. */
export function sourceOf({ source }: Pick<Cell, "source">): string {
  return typeof source === "string" ? source : source.join("");
}

/**
 * Text as Jupyter stores it: lines that keep their line feeds, so that a change
 * of a line is a change of a line for git.
 */
export function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}
