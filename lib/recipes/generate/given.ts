import { type Clip, InputError } from "../../core/mod.ts";
import type { ClipShape } from "../../dataset/batches/mod.ts";
import { stillClip } from "../../pipeline/mod.ts";

/** Files of the flags `--image` and `--continue`. */
export interface GivenFiles {
  readonly image?: string | undefined;
  readonly continue?: string | undefined;
}

/**
 * Reads the picture or the video that the clips go on from, cropped and scaled
 * to their size. FFmpeg is loaded only where there is one.
 *
 * @param shape Of the clips.
 * @param still Frames for which a picture stands: those of a latent frame.
 * @returns the picture as a clip that stands, or all of the video at the rate of
 *   the clips; undefined where neither flag is given
 * @throws {InputError} if both are given, or a file is no picture or video
 */
export async function readGiven(
  { image, continue: video }: GivenFiles,
  { fps, height, width }: ClipShape,
  still: number,
): Promise<Clip | undefined> {
  if (image !== undefined && video !== undefined) {
    throw new InputError(
      "Cannot use --image and --continue together: a clip goes on from one " +
        "of them; leave one out",
    );
  }
  const path = image ?? video;
  if (path === undefined) return undefined;
  const { decodeClip, framesThatFit, probe } = await import(
    "../../dataset/decode/mod.ts"
  );
  const shape = { fps, height, width };
  if (image !== undefined) {
    return stillClip(await decodeClip(path, { ...shape, frames: 1 }), still);
  }
  const { durationSeconds: endSeconds } = await probe(path);
  const frames = framesThatFit({ startSeconds: 0, endSeconds, fps });
  return await decodeClip(path, { ...shape, frames });
}
