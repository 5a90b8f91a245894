import { caption } from "../captions/mod.ts";
import { contactSheet, type Image } from "../encode/mod.ts";
import type { ClipShape } from "../batches/clip_source.ts";
import type { Phase } from "../vocabulary/mod.ts";
import { renderScene } from "./render_scene.ts";
import { sceneSpec } from "./scene_spec.ts";
import { Sprites } from "./sprites.ts";

/** The clips of a sheet. */
interface PhaseSheetOptions {
  readonly phase: Phase;
  /** Default 0. */
  readonly seed?: number;
  /** Number of clips, default 8. */
  readonly count?: number;
  /** Default 16 frames of 64x64 at 8 fps. */
  readonly shape?: ClipShape;
  /** Frames of a clip, default 8. */
  readonly columns?: number;
  /** Enlargement of the frames, default 1. */
  readonly scale?: number;
  /** Of the captions, one of `LANGUAGES`; default English. */
  readonly language?: string;
}

/**
 * A contact sheet of a phase: a row for each clip, under its caption.
 *
 * @returns An image `[H,W,3]`, RGB in [0,255].
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
  columns = 8,
  scale = 1,
  language = "en",
}: PhaseSheetOptions): Promise<Image> {
  const sprites = new Sprites();
  const rows = [];
  for (let index = 0; index < count; index++) {
    const scene = sceneSpec({ seed, phase, split: "train", index });
    rows.push({
      label: await caption(scene.labels, language),
      clip: await renderScene(scene, shape, sprites),
    });
  }
  return await contactSheet(rows, { columns, scale });
}
