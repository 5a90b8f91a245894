import { CHANNELS, type Clip } from "../../core/mod.ts";
import { writeMp4 } from "../../dataset/encode/mod.ts";
import type { Sample } from "../../evaluation/mod.ts";
import type { Medium } from "../../trainer/report/mod.ts";

/** Enlargement of the clips. */
const SCALE = 3;

/** A real clip and the one generated for its caption as one video. */
export async function sideBySide(
  { title, prompt, real, generated }: Sample,
): Promise<Medium> {
  const path = await Deno.makeTempFile({ suffix: ".mp4" });
  try {
    await writeMp4(path, beside(real, generated, SCALE));
    return {
      title: prompt,
      kind: "video",
      mime: "video/mp4",
      bytes: await Deno.readFile(path),
      caption: `${title}; real on the left, generated on the right`,
    };
  } finally {
    await Deno.remove(path);
  }
}

/** Two clips of one shape, one to the right of the other, each pixel a square of `scale` x `scale`. */
function beside(left: Clip, right: Clip, scale: number): Clip {
  const { frames, height, width } = left;
  const [h, w] = [height * scale, 2 * width * scale];
  const data = new Float32Array(frames * h * w * CHANNELS);
  for (let i = 0; i < frames * h * w; i++) {
    const x = Math.floor(i % w / scale);
    const row = Math.floor(i / w / scale); // of all frames
    const from = (row * width + x % width) * CHANNELS;
    const { data: pixels } = x < width ? left : right;
    data.set(pixels.subarray(from, from + CHANNELS), i * CHANNELS);
  }
  return { ...left, height: h, width: w, data };
}
