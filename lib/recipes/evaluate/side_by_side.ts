import type { Clip } from "../../core/mod.ts";
import { writeMp4 } from "../../dataset/encode/mod.ts";
import type { Sample } from "../../evaluation/mod.ts";
import type { Medium } from "../../trainer/report/mod.ts";

/** How much larger clips are shown. */
const SCALE = 3;

/** A real clip and the one generated for its caption as one video. */
export async function sideBySide(
  { title, prompt, real, generated }: Sample,
): Promise<Medium> {
  const path = await Deno.makeTempFile({ suffix: ".mp4" });
  try {
    await writeMp4(path, enlarged(beside(real, generated), SCALE));
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

/** Two clips of one shape, one to the right of the other. */
function beside(a: Clip, b: Clip): Clip {
  const row = a.width * 3;
  const data = new Float32Array(2 * a.data.length);
  for (let y = 0; y < a.frames * a.height; y++) {
    data.set(a.data.subarray(y * row, (y + 1) * row), 2 * y * row);
    data.set(b.data.subarray(y * row, (y + 1) * row), (2 * y + 1) * row);
  }
  return { ...a, width: 2 * a.width, data };
}

/** Every pixel as a square of `factor` by `factor`. */
function enlarged(clip: Clip, factor: number): Clip {
  const { frames, height, width } = clip;
  const [h, w] = [height * factor, width * factor];
  const data = new Float32Array(frames * h * w * 3);
  for (let t = 0; t < frames; t++) {
    for (let y = 0; y < h; y++) {
      const from = (t * height + Math.floor(y / factor)) * width;
      const to = (t * h + y) * w;
      for (let x = 0; x < w; x++) {
        const at = (from + Math.floor(x / factor)) * 3;
        data.set(clip.data.subarray(at, at + 3), (to + x) * 3);
      }
    }
  }
  return { ...clip, height: h, width: w, data };
}
