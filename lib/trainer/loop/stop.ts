import { StoppedError, type StopReason } from "../../core/mod.ts";

export { StoppedError, type StopReason };

/** A run that cannot go on by itself; its last checkpoint is still good. */
export class RunFailedError extends Error {
  override readonly name: string = "RunFailedError";
}

/** Steps that cannot be used came in a row. */
export class DivergedError extends RunFailedError {
  override readonly name = "DivergedError";
}

/** There is no room for the next checkpoint. */
export class DiskFullError extends RunFailedError {
  override readonly name = "DiskFullError";
}

/** What a run is asked to do between two steps. */
export type Request =
  | { readonly kind: "save" }
  | { readonly kind: "stop"; readonly reason: StopReason };
