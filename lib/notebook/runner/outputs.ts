import type {
  MimeBundle,
  Notebook,
  Output,
} from "../../formats/notebook/mod.ts";
import { isCode } from "../../formats/notebook/mod.ts";
import type { Message } from "../kernel/mod.ts";

/** The change of a notebook by a message of the kernel. */
export type Change =
  | { readonly kind: "output"; readonly output: Output; readonly id?: string }
  | { readonly kind: "update"; readonly id: string; readonly data: MimeBundle }
  | { readonly kind: "clear"; readonly wait: boolean };

/** Reads the change in a message, if any. */
export function changeOf({ header, content }: Message): Change | undefined {
  const transient = content.transient as { display_id?: string } | undefined;
  const id = transient?.display_id;
  const data = content.data as MimeBundle;
  const metadata = (content.metadata ?? {}) as Record<string, unknown>;
  switch (header.msg_type) {
    case "stream":
      return {
        kind: "output",
        output: {
          name: String(content.name),
          output_type: "stream",
          text: String(content.text),
        },
      };
    case "display_data":
      return {
        kind: "output",
        output: { data, metadata, output_type: "display_data" },
        ...(id === undefined ? {} : { id }),
      };
    case "execute_result":
      return {
        kind: "output",
        output: {
          data,
          execution_count: Number(content.execution_count),
          metadata,
          output_type: "execute_result",
        },
      };
    case "error":
      return {
        kind: "output",
        output: errorOutput(
          String(content.ename),
          String(content.evalue),
          (content.traceback ?? []) as string[],
        ),
      };
    case "update_display_data":
      return id === undefined ? undefined : { kind: "update", id, data };
    case "clear_output":
      return { kind: "clear", wait: content.wait === true };
    default:
      return undefined;
  }
}

/** An error as an output. */
export function errorOutput(
  ename: string,
  evalue: string,
  traceback: readonly string[],
): Output {
  return { ename, evalue, output_type: "error", traceback: [...traceback] };
}

/** The outputs of a running notebook, cell by cell. */
export class Outputs {
  readonly #cells: Output[][];
  /** The outputs of each display id. */
  readonly #displays = new Map<string, { cell: number; output: Output }[]>();
  readonly #clearing = new Set<number>();
  readonly #bytes: number[];

  constructor(notebook: Notebook) {
    this.#cells = notebook.cells.map(() => []);
    this.#bytes = notebook.cells.map(() => 0);
  }

  /** Applies a change while a cell runs. */
  apply(cell: number, change: Change): void {
    if (change.kind === "clear") {
      if (change.wait) this.#clearing.add(cell);
      else this.#clear(cell);
      return;
    }
    if (change.kind === "update") {
      for (const { cell, output } of this.#displays.get(change.id) ?? []) {
        if (!("data" in output)) continue;
        this.#bytes[cell]! += bytesOf(change.data) - bytesOf(output.data);
        output.data = change.data;
      }
      return;
    }
    if (this.#clearing.delete(cell)) this.#clear(cell);
    const { output, id } = change;
    const outputs = this.#cells[cell]!;
    const last = outputs.at(-1);
    this.#bytes[cell]! += bytesOf(output);
    if (
      output.output_type === "stream" && last?.output_type === "stream" &&
      last.name === output.name
    ) {
      last.text = `${last.text}${output.text}`;
      return;
    }
    outputs.push(output);
    if (id !== undefined) {
      const places = this.#displays.get(id) ?? [];
      this.#displays.set(id, [...places, { cell, output }]);
    }
  }

  #clear(cell: number): void {
    this.#cells[cell] = [];
    this.#bytes[cell] = 0;
  }

  /** Whether a cell shows an error. */
  hasError(cell: number): boolean {
    return this.#cells[cell]!.some(({ output_type }) =>
      output_type === "error"
    );
  }

  /** Bytes of the outputs of a cell, as JSON. */
  bytes(cell: number): number {
    return this.#bytes[cell]!;
  }

  /** The notebook with its outputs so far. */
  of(notebook: Notebook): Notebook {
    const cells = notebook.cells.map((cell, i) =>
      isCode(cell) ? { ...cell, outputs: this.#cells[i]!.map(stored) } : cell
    );
    return { ...notebook, cells };
  }
}

/** Jupyter stores streams as lines. */
function stored(output: Output): Output {
  if (output.output_type !== "stream" || typeof output.text !== "string") {
    return structuredClone(output);
  }
  return { ...output, text: output.text.split(/(?<=\n)/) };
}

function bytesOf(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}
