import type { RankHost } from "../in_ranks.ts";

/** Resources of a measurement. */
export interface MetricHost extends RankHost {
  readonly signal: AbortSignal;
}
