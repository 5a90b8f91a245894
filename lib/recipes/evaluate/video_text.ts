import { tableBundle } from "../../notebook/mod.ts";
import type { CaptionGain } from "../../trainer/mod.ts";
import { heldOutTables } from "../metrics/held_out_tables.ts";
import type { VideoFindings } from "./own_video.ts";

/** The findings as lines for people: a sentence about reading, then tables. */
export function videoText({ result, reading }: VideoFindings): string[] {
  return [
    readingText(reading),
    ...heldOutTables(result).map((table) =>
      `${table.title}\n${tableBundle(table)["text/plain"]}`
    ),
  ];
}

/** Metrics of a module, a line each: `sharpness 0.1234`. */
export function scoresText(scores: Readonly<Record<string, number>>): string[] {
  return Object.entries(scores).map(([name, value]) =>
    `${name} ${Number(value.toPrecision(4))}`
  );
}

/** Whether the right captions lower the held-out loss. */
export function readingText(
  { heldOutLoss, heldOutSwappedLoss, captionGain, captionGainInterval }:
    CaptionGain,
): string {
  const loss = `held-out loss ${heldOutLoss.toFixed(4)}`;
  if (heldOutSwappedLoss === undefined) {
    return `${loss}; all captions are equal, so whether they are read cannot be told`;
  }
  const [gain, interval] = [captionGain!, captionGainInterval!];
  return `${loss}, ${heldOutSwappedLoss.toFixed(4)} with swapped captions: ` +
    `${gain.toFixed(4)} ± ${interval.toFixed(4)}, so ${
      gain > interval ? "captions are read" : "captions are not seen to be read"
    }`;
}
