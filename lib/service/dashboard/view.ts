import { Fault } from "../http/problem.ts";
import type { Identity } from "../keys/mod.ts";

/** The path of all pages. */
export const HOME = "/dashboard";

/** What the frame of a page shows to somebody. */
export function viewOf(
  { scopes }: Identity,
): { readonly isOperator: boolean; readonly isSignedIn: boolean } {
  return { isOperator: scopes.includes("operator"), isSignedIn: true };
}

/** The answer to a page that there is not. */
export function notFound(): Fault {
  return new Fault(404, "not_found", "There is no such page");
}
