import { silentProgress } from "lib/core/progress/mod.ts";
import type { TrainHost } from "lib/trainer/mod.ts";

/** A host that shows nothing, and whose time stands still. */
export const silentHost: TrainHost = {
  progress: silentProgress,
  signal: new AbortController().signal,
  clock: () => 0,
  now: () => new Date(0),
  log() {},
};
