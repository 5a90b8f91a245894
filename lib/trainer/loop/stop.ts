/** Why a run was stopped before its end. */
export type StopReason = "interrupt" | "stop file" | "time";

/** Training was stopped from outside; all is saved. */
export class StoppedError extends Error {
  override readonly name = "StoppedError";

  constructor(message: string, readonly reason: StopReason = "interrupt") {
    super(message);
  }
}

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
