import type { Clip } from "../../core/mod.ts";
import {
  encodePng,
  frameImage,
  previewGif,
  writeMp4,
} from "../../dataset/encode/mod.ts";
import type { ImageGrid, Video, VideoGrid } from "../../notebook/mod.ts";

/**
 * A clip for a notebook: as an MP4 file in its folder, and as an animated picture
 * for pages in which videos do not play.
 *
 * @param path Of the MP4 file, in a folder that exists.
 */
export async function clipVideo(
  path: string,
  clip: Clip,
  caption: string,
): Promise<Video> {
  await writeMp4(path, clip);
  return { mp4: await Deno.readFile(path), gif: previewGif(clip), caption };
}

/**
 * Clips for a notebook, side by side with their captions.
 *
 * @param path Of the MP4 files, up to a number: `runs/a/seed` writes
 *   `runs/a/seed_0.mp4`.
 */
export async function clipVideos(
  path: string,
  clips: readonly Clip[],
  captions: readonly string[],
): Promise<VideoGrid> {
  return {
    videos: await Promise.all(
      clips.map((clip, i) => clipVideo(`${path}_${i}.mp4`, clip, captions[i]!)),
    ),
  };
}

/**
 * Frames of a clip, evenly spread from its first to its last.
 *
 * @param count At least 1; at most all frames are shown.
 */
export function clipFrames(clip: Clip, count: number): ImageGrid {
  const { frames } = clip;
  const shown = Math.min(count, frames);
  const images = Array.from({ length: shown }, (_, i) => {
    const index = shown === 1 ? 0 : Math.round(i * (frames - 1) / (shown - 1));
    return {
      png: encodePng(frameImage(clip, index)),
      caption: `frame ${index}`,
    };
  });
  return { images, columns: shown };
}
