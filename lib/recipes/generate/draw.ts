import type { Clip } from "../../core/mod.ts";
import {
  continueClips,
  type GenerateOptions,
  type Pipeline,
} from "../../pipeline/mod.ts";

/** What to draw: a video of each prompt, seed and number. */
export interface Wishes {
  readonly prompts: readonly string[];
  readonly seeds: readonly number[];
  /** Videos of each prompt and seed. */
  readonly count: number;
}

/** A video that was asked for. */
export interface Wish {
  readonly prompt: string;
  readonly seed: number;
}

/** What all videos go on from: some frames of it, or the whole of it and so many frames more. */
export interface Given {
  readonly clip: Clip;
  /** Frames to add after the clip; none of a picture, which is the first of the frames. */
  readonly more?: number;
  /** Frames from which each further chunk goes on. */
  readonly overlap: number;
}

/** The videos in the order in which they are written: by prompt, then seed. */
export function wishesOf({ prompts, seeds, count }: Wishes): Wish[] {
  return prompts.flatMap((prompt) =>
    seeds.flatMap((seed) => new Array<Wish>(count).fill({ prompt, seed }))
  );
}

/**
 * Draws them, all of a seed at once.
 *
 * @returns a clip for each of {@link wishesOf}
 */
export async function draw(
  pipeline: Pipeline,
  wishes: Wishes,
  settings: Omit<GenerateOptions, "prompts" | "seed" | "negativePrompts">,
  { negative, given }: {
    readonly negative?: string | undefined;
    readonly given?: Given | undefined;
  },
): Promise<Clip[]> {
  const { seeds, count } = wishes;
  const prompts = wishes.prompts.flatMap((prompt) =>
    new Array<string>(count).fill(prompt)
  );
  const bySeed: Clip[][] = [];
  for (const seed of seeds) {
    const options = {
      ...settings,
      prompts,
      seed,
      ...(negative !== undefined && {
        negativePrompts: prompts.map(() => negative),
      }),
    };
    const clips = given && prompts.map(() => given.clip);
    bySeed.push(
      clips && given.more !== undefined
        ? await continueClips(pipeline, {
          ...options,
          clips,
          more: given.more,
          overlap: given.overlap,
        })
        : await pipeline.generate({
          ...options,
          ...(clips && { beginning: await pipeline.encode(clips) }),
        }),
    );
  }
  return wishes.prompts.flatMap((_, prompt) =>
    bySeed.flatMap((clips) => clips.slice(prompt * count, (prompt + 1) * count))
  );
}
