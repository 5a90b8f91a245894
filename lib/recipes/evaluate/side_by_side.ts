import { CHANNELS, type Clip } from "../../core/mod.ts";
import { writeMp4 } from "../../dataset/encode/mod.ts";
import type { Sample } from "../../evaluation/mod.ts";
import type { Medium } from "../../trainer/report/mod.ts";

/** Height of the enlarged clips that is aimed at, in pixels. */
const HEIGHT = 192;

/** A real clip and the one generated for its caption as one video. */
export async function sideBySide(
  { title, prompt, real, generated }: Sample,
): Promise<Medium> {
  return await clipsBeside(
    prompt,
    [{ name: "real", clip: real }, { name: "generated", clip: generated }],
    title,
  );
}

/**
 * Clips of one shape as one video for a page, from left to right in the order
 * that its caption names.
 *
 * @param note Begins the caption.
 */
export async function clipsBeside(
  title: string,
  clips: readonly { readonly name: string; readonly clip: Clip }[],
  note: string,
): Promise<Medium> {
  const path = await Deno.makeTempFile({ suffix: ".mp4" });
  try {
    await writeMp4(path, beside(clips.map(({ clip }) => clip)));
    return {
      title,
      kind: "video",
      mime: "video/mp4",
      bytes: await Deno.readFile(path),
      caption: `${note}; from left to right: ${
        clips.map(({ name }) => name).join(", ")
      }`,
    };
  } finally {
    await Deno.remove(path);
  }
}

/** Clips of one shape in a row, each pixel a square. */
function beside(clips: readonly Clip[]): Clip {
  const { frames, height, width } = clips[0]!;
  const scale = Math.max(1, Math.round(HEIGHT / height));
  const [h, w] = [height * scale, clips.length * width * scale];
  const data = new Float32Array(frames * h * w * CHANNELS);
  for (let i = 0; i < frames * h * w; i++) {
    const x = Math.floor(i % w / scale);
    const row = Math.floor(i / w / scale); // of all frames
    const from = (row * width + x % width) * CHANNELS;
    const { data: pixels } = clips[Math.floor(x / width)]!;
    data.set(pixels.subarray(from, from + CHANNELS), i * CHANNELS);
  }
  return { ...clips[0]!, height: h, width: w, data };
}
