/** Why a run was stopped before its end. */
export type StopReason = "interrupt" | "stop file" | "time";

/** Training was stopped from outside; all is saved. */
export class StoppedError extends Error {
  override readonly name = "StoppedError";

  constructor(message: string, readonly reason: StopReason = "interrupt") {
    super(message);
  }
}

/** Steps that cannot be used came in a row: the last checkpoint is still good. */
export class DivergedError extends Error {
  override readonly name = "DivergedError";
}

/** What a run is asked to do between two steps. */
export type Request =
  | { readonly kind: "save" }
  | { readonly kind: "stop"; readonly reason: StopReason };
