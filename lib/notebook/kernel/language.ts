import { InputError } from "../../core/mod.ts";
import type { Notebook } from "../../formats/notebook/mod.ts";

/** Languages that Deno runs. */
const LANGUAGES = ["typescript", "javascript"];

/**
 * Refuses a notebook that is written for another kernel than Deno's. One that
 * names no kernel and no language is taken for Deno's.
 *
 * @param name Of the notebook, for the message.
 * @throws {InputError} naming the kernel, and how to run it there
 */
export function assertForDeno({ metadata }: Notebook, name: string): void {
  const spec = recordOf(metadata.kernelspec);
  const language = textOf(recordOf(metadata.language_info).name) ??
    textOf(spec.language);
  const kernel = textOf(spec.name);
  if (kernel === "deno") return;
  if (language === undefined && kernel === undefined) return;
  if (LANGUAGES.includes(language?.toLowerCase() ?? "")) return;
  const shown = [
    textOf(spec.display_name) ?? language ?? kernel,
    ...(kernel === undefined ? [] : [`(kernel ${kernel})`]),
  ].join(" ");
  throw new InputError(
    `Cannot run "${name}": its kernel must be Deno: it wants ${shown}; run it ` +
      `with jupyter nbconvert --to notebook --execute "${name}"`,
  );
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null
    ? value as Record<string, unknown>
    : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
