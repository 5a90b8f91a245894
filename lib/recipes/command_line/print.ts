import { writeAllSync } from "../../core/mod.ts";

/** Writes a result to standard output, for people and for other programs. */
export function print(text: string): void {
  writeAllSync(Deno.stdout, new TextEncoder().encode(`${text}\n`));
}

/** Writes a line for people to standard error, apart from results. */
export function log(line: string): void {
  writeAllSync(Deno.stderr, new TextEncoder().encode(`${line}\n`));
}
