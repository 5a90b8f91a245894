import type { Clip } from "../../core/mod.ts";
import type { FilterResult } from "../database/mod.ts";

/** Looks at a video before it is kept. */
export interface ContentFilter {
  /** What happens to a video that is flagged. */
  readonly policy: "flag" | "refuse";
  /** @param clip Values in [0,1]. */
  look(clip: Clip): Promise<FilterResult>;
}

/** A video was refused; it is not kept. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";

  constructor(readonly result: FilterResult) {
    super("The content filter refused the video");
  }
}

/** @throws {RefusedError} if the filter flags the clip and its policy is to refuse */
export async function filtered(
  filter: ContentFilter,
  clip: Clip,
): Promise<FilterResult> {
  const result = await filter.look(clip);
  if (result.flagged && filter.policy === "refuse") {
    throw new RefusedError(result);
  }
  return result;
}
