import { type Clip, InputError, type Rng } from "lib/core/mod.ts";
import type {
  CaptionedClip,
  ClipShape,
  ClipSource,
} from "../batches/clip_source.ts";
import { decodeClip, latestStart } from "../decode/mod.ts";
import type { Caption } from "./manifest/row.ts";
import { rounded } from "./manifest/rules.ts";
import { shuffledSentences } from "./shuffled_sentences.ts";
import type { Shot } from "./manifest/shots.ts";

/** The caption of a shot without captions. */
const UNCAPTIONED: Caption = { text: "", language: "und" };

/** A clip that cannot be read: the file is damaged, gone or another one. */
export class UnreadableClipError extends InputError {
  override readonly name = "UnreadableClipError";

  /** @param path Of the file. */
  constructor(readonly path: string, message: string) {
    super(message);
  }
}

/** How clips of shots are made. */
interface ShotClipsOptions {
  /** Default: on this thread. */
  readonly decode?: typeof decodeClip;
  /** Whether the sentences of a caption come in another order each time. */
  readonly shufflesSentences?: boolean;
}

/**
 * A source of real clips, one per shot and epoch. `rng` chooses the part of a
 * longer shot, so that all of it is seen over the epochs, and one of its
 * captions. Shots without captions have the empty one. A picture is repeated.
 *
 * @param name In messages; part of the identity of the dataset.
 * @param shots One or more, each long enough for the shapes asked for.
 * @param options How clips are decoded and captions read.
 * @throws {UnreadableClipError} from `clipAt`, naming the file
 *
 * @example
 * ```ts
 * import { shotClips } from "lib/dataset/curate/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(shotClips("none", []).length, 0);
 * ```
 */
export function shotClips(
  name: string,
  shots: readonly Shot[],
  { decode = decodeClip, shufflesSentences = false }: ShotClipsOptions = {},
): ClipSource {
  const shotAt = (index: number): Shot => {
    const shot = shots[index];
    if (shot !== undefined) return shot;
    throw new RangeError(
      `Cannot take a clip of ${name}: the index must be in [0, ${shots.length}): ` +
        `current value is ${index}`,
    );
  };
  const descriptionOf = (
    shot: Shot,
    rng: Rng,
  ): Pick<CaptionedClip, "caption" | "language" | "labels"> => {
    const { text, language } = captionOf(shot, rng);
    const caption = shufflesSentences ? shuffledSentences(text, rng) : text;
    const { labels } = shot;
    return { caption, language, ...(labels && { labels }) };
  };
  return {
    name,
    length: shots.length,
    async clipAt(index, shape, rng) {
      const shot = shotAt(index);
      const place = rng.uniform();
      const description = descriptionOf(shot, rng);
      const { clip, startSeconds } = await decodeShot(
        shot,
        shape,
        place,
        decode,
      ).catch((error) => {
        throw error instanceof InputError
          ? new UnreadableClipError(shot.path, reasonOf(error, shot))
          : error;
      });
      return {
        id: `${shot.id}@${startSeconds.toFixed(3)}`,
        clip,
        ...description,
      };
    },
    captionAt(index, rng) {
      rng.uniform(); // as in clipAt, which chooses the part with it
      return Promise.resolve(descriptionOf(shotAt(index), rng));
    },
  };
}

/** The reason, without advice on flags: it is about the clip. */
function reasonOf({ message }: InputError, { id, path }: Shot): string {
  const rule = message.replace(/^Cannot \w+ "[^"]*": /, "")
    .replace(/; [^;]*$/, "");
  return `Cannot use shot ${id} of "${path}": ${rule}; restore the file, or ` +
    "ingest again";
}

/** @param place In [0,1), between the first and the last possible start. */
async function decodeShot(
  shot: Shot,
  { frames, height, width, fps }: ClipShape,
  place: number,
  decode: typeof decodeClip,
): Promise<{ clip: Clip; startSeconds: number }> {
  const { path, startSeconds } = shot;
  if (shot.pictures === 1) {
    const picture = await decode(path, {
      frames: 1,
      height,
      width,
      fps,
      startSeconds,
    });
    return { startSeconds, clip: repeated(picture, frames) };
  }
  const { endSeconds } = shot;
  const room = latestStart({ endSeconds, frames, fps }) - startSeconds;
  if (room < 0) throw tooShort(shot, { frames, fps });
  const start = startSeconds + place * room;
  const options = { frames, height, width, fps, startSeconds: start };
  return { startSeconds: start, clip: await decode(path, options) };
}

/** @param picture A clip of one frame. */
function repeated(picture: Clip, frames: number): Clip {
  const { length } = picture.data;
  const data = new Float32Array(frames * length);
  for (let i = 0; i < frames; i++) data.set(picture.data, i * length);
  return { ...picture, frames, data };
}

function captionOf({ captions }: Shot, rng: Rng): Caption {
  return captions.length === 0 ? UNCAPTIONED : rng.pick(captions);
}

function tooShort(
  { id, path, startSeconds, endSeconds }: Shot,
  { frames, fps }: Pick<ClipShape, "frames" | "fps">,
): InputError {
  return new InputError(
    `Cannot take ${frames} frames at ${fps} fps from "${path}": ` +
      `shot ${id} must last ${
        rounded((frames - 1) / fps)
      } s and a frame: it lasts ${
        rounded(endSeconds - startSeconds)
      } s; ask for shorter clips or a higher frame rate`,
  );
}
