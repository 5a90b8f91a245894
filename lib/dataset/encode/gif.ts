// @ts-types="./_gifenc.d.ts"
import gifenc from "gifenc";
import {
  CHANNELS,
  type Clip,
  InputError,
  writeFileAtomically,
} from "lib/core/mod.ts";
import { checkClip, frameImage } from "./image.ts";
import { explainingOutput } from "./_output_file.ts";

/** Colours of a GIF palette. */
const COLOURS = 256;

/** Pixels from which the palette is chosen: enough for it, and quick. */
const PALETTE_PIXELS = 2 ** 18;

/** GIF counts time in hundredths of a second, and players slow down below two. */
const TICKS_PER_SECOND = 100;
const MIN_TICKS = 2;

/**
 * The bytes of an animated GIF that loops for ever, for a notebook.
 *
 * One palette of 256 colours serves the whole clip, so that still parts do not
 * flicker. Frames last whole hundredths of a second, spread so that the clip as
 * a whole keeps its time.
 *
 * @param clip `[T,H,W,3]`, float32, RGB in [0,1]; at most 50 fps.
 * @throws {InputError} if the rate is above 50 fps, which players do not show
 *
 * @example
 * ```ts
 * import { encodeGif } from "lib/dataset/encode/mod.ts";
 * import { demoScene, renderClip } from "lib/dataset/synthetic/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const gif = encodeGif(renderClip(demoScene, { frames: 4, height: 16, width: 16, fps: 8 }));
 * assert.equal(new TextDecoder().decode(gif.subarray(0, 6)), "GIF89a");
 * ```
 */
export function encodeGif(clip: Clip): Uint8Array<ArrayBuffer> {
  checkClip(clip);
  if (!(clip.fps > 0 && clip.fps <= TICKS_PER_SECOND / MIN_TICKS)) {
    throw new InputError(
      `Cannot make a GIF: its rate must be above 0 and at most ${
        TICKS_PER_SECOND / MIN_TICKS
      } fps: it is ${clip.fps}; write an MP4 instead`,
    );
  }
  const { width, height, frames, fps } = clip;
  const pictures = Array.from(
    { length: frames },
    (_, i) => rgbaOf(frameImage(clip, i).data),
  );
  const palette = gifenc.quantize(sampleOf(pictures), COLOURS);
  const encoder = gifenc.GIFEncoder();
  const ticksUntil = (i: number): number =>
    Math.round(i * TICKS_PER_SECOND / fps);
  for (const [i, picture] of pictures.entries()) {
    encoder.writeFrame(gifenc.applyPalette(picture, palette), width, height, {
      delay: (ticksUntil(i + 1) - ticksUntil(i)) * 1000 / TICKS_PER_SECOND,
      // Later frames share the palette of the first.
      ...(i === 0 ? { palette, repeat: 0 } : {}),
    });
  }
  encoder.finish();
  return encoder.bytes();
}

/**
 * Writes a clip as an animated GIF that loops for ever.
 *
 * @param path Where to; an existing file is replaced in one step.
 * @param clip `[T,H,W,3]`, float32, RGB in [0,1]; at most 50 fps.
 * @throws {InputError} if the rate is above 50 fps, or the folder is missing or
 * must not be written to
 *
 * @example
 * ```ts
 * import { writeGif } from "lib/dataset/encode/mod.ts";
 * import { demoScene, renderClip } from "lib/dataset/synthetic/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const path = await Deno.makeTempFile({ suffix: ".gif" });
 * await writeGif(path, renderClip(demoScene, { frames: 4, height: 16, width: 16, fps: 8 }));
 * assert.ok((await Deno.stat(path)).size > 0);
 * ```
 */
export async function writeGif(path: string, clip: Clip): Promise<void> {
  await explainingOutput(
    path,
    () => writeFileAtomically(path, encodeGif(clip)),
  );
}

function rgbaOf(rgb: Uint8Array): Uint8Array {
  const pixels = rgb.length / CHANNELS;
  const rgba = new Uint8Array(pixels * 4).fill(255);
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < CHANNELS; c++) rgba[i * 4 + c] = rgb[i * CHANNELS + c]!;
  }
  return rgba;
}

/** Evenly spread pixels of all pictures, as many as choose a palette well. */
function sampleOf(pictures: readonly Uint8Array[]): Uint8Array {
  const each = pictures[0]!.length / 4;
  const total = each * pictures.length;
  const count = Math.min(total, PALETTE_PIXELS);
  const sample = new Uint8Array(count * 4);
  for (let i = 0; i < count; i++) {
    const pixel = Math.floor(i * total / count);
    const from = (pixel % each) * 4;
    sample.set(
      pictures[Math.floor(pixel / each)]!.subarray(from, from + 4),
      i * 4,
    );
  }
  return sample;
}
