import type { JsonRecord } from "../../formats/jsonl/mod.ts";

/** Lines of training that are kept of each stage. */
const KEPT = 100;

/**
 * The lines of a run's metrics that show its course: all evaluations and all
 * steps that were skipped, and of the other steps of each stage every so many.
 */
export function thinnedMetrics(records: readonly JsonRecord[]): JsonRecord[] {
  const isStep = (record: JsonRecord): boolean =>
    typeof record.loss === "number" && record.skipped === undefined;
  const counts = new Map<unknown, number>();
  for (const record of records) {
    if (!isStep(record)) continue;
    counts.set(record.stage, (counts.get(record.stage) ?? 0) + 1);
  }
  const seen = new Map<unknown, number>();
  return records.filter((record) => {
    if (!isStep(record)) return true;
    const place = (seen.get(record.stage) ?? 0) + 1;
    seen.set(record.stage, place);
    // As evenly as it goes, the last one included.
    const share = Math.min(1, KEPT / counts.get(record.stage)!);
    return Math.floor(place * share) > Math.floor((place - 1) * share);
  });
}
