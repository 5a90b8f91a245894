import { caption } from "../captions/mod.ts";
import { contactSheet, type Image } from "../encode/mod.ts";
import type { ClipShape } from "../batches/clip_source.ts";
import type { Phase } from "../vocabulary/mod.ts";
import { filmTake } from "./film.ts";
import { Sprites } from "./sprites.ts";
import { planTake } from "./take.ts";

/** Which clips a sheet shows, and how. */
export interface PhaseSheetOptions {
  readonly phase: Phase;
  /** Which synthetic world, default 0. */
  readonly seed?: number;
  /** Clips, default 8. */
  readonly count?: number;
  /** Of what is drawn; 16 frames of 64x64 at 8 fps if absent. */
  readonly shape?: ClipShape;
  /** Of the captions, one of `LANGUAGES`; English if absent. */
  readonly language?: string;
}

/**
 * A contact sheet of a phase: some of its clips, a row each, under what is said
 * of them.
 *
 * @returns A picture `[H,W,3]`, RGB in [0,255].
 *
 * @example
 * ```ts
 * import { phaseSheet } from "lib/dataset/synthetic/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const sheet = await phaseSheet({ phase: 2, count: 2 });
 * assert.equal(sheet.width, 8 * (64 + 4) + 4);
 * ```
 */
export async function phaseSheet({
  phase,
  seed = 0,
  count = 8,
  shape = { frames: 16, height: 64, width: 64, fps: 8 },
  language = "en",
}: PhaseSheetOptions): Promise<Image> {
  const sprites = new Sprites();
  const rows = [];
  for (let index = 0; index < count; index++) {
    const take = planTake({ seed, phase, split: "train", index });
    rows.push({
      label: await caption(take.labels, language),
      clip: await filmTake(take, shape, sprites),
    });
  }
  return await contactSheet(rows);
}
