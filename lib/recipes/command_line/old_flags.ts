/**
 * Flags that commands no longer have: the new name, with its dashes, of one that
 * was renamed, else the end of a sentence that begins with the flag.
 */
const OLD_FLAGS: Readonly<Record<string, string>> = {
  // Reasons are in docs/log.md, 2026-11-30.
  "common": "was removed: all named things are equally frequent",
  "decoder": "was removed: the VAE's decoder draws all clips",
  "decoder-of": "--freeze-encoder",
  "deviation": "--std",
  "finish": "was removed: the VAE's decoder draws all clips",
  "first": "was removed: half of the clips of earlier phases are of phase 1",
  "patience": "--timeout",
  "rehearsal": "--replay-fraction",
  "shapes": "was removed: half of the subjects are shapes in colours",
  "text-rate": "--text-lr-scale",
};

/**
 * The sentence on a flag that commands once had; undefined for any other word.
 *
 * @param flag Without its dashes.
 *
 * @example
 * ```ts
 * import { oldFlagText } from "lib/recipes/command_line/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.match(oldFlagText("finish")!, /^--finish was removed/);
 * assert.equal(oldFlagText("steps"), undefined);
 * ```
 */
export function oldFlagText(flag: string): string | undefined {
  const now = Object.hasOwn(OLD_FLAGS, flag) ? OLD_FLAGS[flag] : undefined;
  if (now === undefined) return undefined;
  return now.startsWith("--")
    ? `--${flag} is now ${now}`
    : `--${flag} ${now}; leave it out`;
}
