import type { Clip } from "lib/core/mod.ts";
import { decodeClip } from "lib/dataset/decode/mod.ts";
import { planned } from "./_planned.ts";

/** Real videos, beside the repository where they are. */
const VIDEOS = new URL("../../../shared/videos/", import.meta.url).pathname;

/** Clips by name, as bytes: two real ones, where the videos are, and a planned one. */
export async function referenceClips(): Promise<Map<string, Clip>> {
  const clips = new Map([["planned", plannedClip()]]);
  for (const name of ["cars", "people"]) {
    const path = `${VIDEOS}${name}.mp4`;
    if (!await Deno.stat(path).catch(() => undefined)) continue;
    const clip = await decodeClip(path, {
      frames: 6,
      height: 40,
      width: 56,
      fps: 8,
      startSeconds: 1,
    });
    clips.set(name, clip);
  }
  return clips;
}

function plannedClip(): Clip {
  const [frames, height, width] = [3, 24, 32];
  const noise = planned("clip", frames * height * width * 3);
  const data = Float32Array.from(noise, (x, i) => {
    const wave = Math.sin(i / 40) + x * 0.4;
    return Math.round(127.5 + 90 * wave) / 255;
  }).map((x) => Math.min(1, Math.max(0, x)));
  return { frames, height, width, fps: 8, data };
}

/** The clip as bytes. */
export function bytesOf({ data }: Clip): Uint8Array {
  return Uint8Array.from(data, (x) => Math.round(x * 255));
}

/**
 * What make_reference.py does to a clip as well: neighbours mixed, every third
 * value moved.
 */
export function worse(clip: Clip): Clip {
  const { frames, height, width } = clip;
  const bytes = bytesOf(clip);
  const row = width * 3;
  const data = new Float32Array(bytes.length);
  for (let y = 0; y < frames * height; y++) {
    for (let x = 0; x < row; x++) {
      const before = bytes[y * row + (x + row - 3) % row]!;
      const at = y * row + x;
      const mixed = Math.floor((3 * bytes[at]! + before + 2) / 4);
      data[at] = Math.min(255, mixed + (at % 3 === 0 ? 9 : 0)) / 255;
    }
  }
  return { ...clip, data };
}

// Writes the clips for make_reference.py: NAME_TxHxW.rgb.
if (import.meta.main) {
  for (const [name, clip] of await referenceClips()) {
    const { frames, height, width } = clip;
    await Deno.writeFile(
      `${Deno.args[0]}/${name}_${frames}x${height}x${width}.rgb`,
      bytesOf(clip),
    );
  }
}
