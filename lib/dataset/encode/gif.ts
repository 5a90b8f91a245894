// @ts-types="./_gifenc.d.ts"
import gifenc from "gifenc";
import { type Clip, writeFileAtomically } from "lib/core/mod.ts";
import { checkClip, frameImage, rgbaOf } from "./image.ts";
import { checkGif, GIF_TICKS_PER_SECOND, MAX_GIF_FPS } from "./limits.ts";

/** Colours of a GIF palette. */
const COLOURS = 256;

/** Pixels that the palette is computed from: few enough to be quick. */
const PALETTE_PIXELS = 2 ** 18;

/**
 * Encodes a clip as an animated GIF that loops for ever.
 *
 * One palette of 256 colours serves the whole clip, so that static parts do not
 * flicker. The durations of frames are whole hundredths of a second, rounded so
 * that the clip keeps its length.
 *
 * @param clip `[T,H,W,3]`, float32, RGB in [0,1]; at most 50 fps.
 * @throws {InputError} if the rate is above 50 fps, which players slow down
 */
export function encodeGif(clip: Clip): Uint8Array<ArrayBuffer> {
  checkClip(clip);
  checkGif(clip);
  const { width, height, frames, fps } = clip;
  const images = Array.from(
    { length: frames },
    (_, i) => new Uint8Array(rgbaOf(frameImage(clip, i)).buffer),
  );
  const palette = gifenc.quantize(sampleOf(images), COLOURS);
  const encoder = gifenc.GIFEncoder();
  const ticksUntil = (i: number): number =>
    Math.round(i * GIF_TICKS_PER_SECOND / fps);
  for (const [i, image] of images.entries()) {
    encoder.writeFrame(gifenc.applyPalette(image, palette), width, height, {
      delay: (ticksUntil(i + 1) - ticksUntil(i)) * 1000 / GIF_TICKS_PER_SECOND,
      // Later frames share the palette of the first.
      ...(i === 0 ? { palette, repeat: 0 } : {}),
    });
  }
  encoder.finish();
  return encoder.bytes();
}

/**
 * The same for a page or a log: a clip of more frames per second than a GIF can
 * have plays slower, at 50.
 *
 * @throws {InputError} with the legal rates or sides
 */
export function previewGif(clip: Clip): Uint8Array<ArrayBuffer> {
  return encodeGif({ ...clip, fps: Math.min(clip.fps, MAX_GIF_FPS) });
}

/**
 * Writes a clip as an animated GIF that loops for ever.
 *
 * @param path Where to; an existing file is replaced in one step.
 * @param clip `[T,H,W,3]`, float32, RGB in [0,1]; at most 50 fps.
 * @throws {InputError} if the rate is above 50 fps, or the folder is missing or
 * must not be written to
 */
export async function writeGif(path: string, clip: Clip): Promise<void> {
  await writeFileAtomically(path, encodeGif(clip));
}

/** Evenly spread pixels of all images. */
function sampleOf(images: readonly Uint8Array[]): Uint8Array {
  const each = images[0]!.length / 4;
  const total = each * images.length;
  const count = Math.min(total, PALETTE_PIXELS);
  const sample = new Uint8Array(count * 4);
  for (let i = 0; i < count; i++) {
    const pixel = Math.floor(i * total / count);
    const from = (pixel % each) * 4;
    sample.set(
      images[Math.floor(pixel / each)]!.subarray(from, from + 4),
      i * 4,
    );
  }
  return sample;
}
