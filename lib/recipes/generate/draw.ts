import { type Clip, pasteClip } from "../../core/mod.ts";
import {
  continueClips,
  encodeGiven,
  type GenerateOptions,
  type GivenPart,
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

/** A video that all videos begin with and go on from. */
export interface Continued {
  readonly clip: Clip;
  /** Frames to add after it. */
  readonly more: number;
  /** Frames from which each further chunk goes on. */
  readonly overlap: number;
}

/** Frames that all videos hold. */
export interface Held {
  /** Clips of whole latent frames, or pictures, in their order. */
  readonly parts: readonly (Omit<GivenPart, "clips"> & {
    readonly clip: Clip;
  })[];
  /** Frames of a latent frame where the result shows the parts as they are, not through the VAE. */
  readonly paste?: number;
}

/** What is given beside the prompts. */
export type Given = Continued | Held;

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
    bySeed.push(
      given && "more" in given
        ? await continueClips(pipeline, {
          ...options,
          clips: prompts.map(() => given.clip),
          more: given.more,
          overlap: given.overlap,
        })
        : await holding(pipeline, options, given),
    );
  }
  return wishes.prompts.flatMap((_, prompt) =>
    bySeed.flatMap((clips) => clips.slice(prompt * count, (prompt + 1) * count))
  );
}

/** Draws clips that hold what is given. */
async function holding(
  pipeline: Pipeline,
  options: GenerateOptions,
  held: Held | undefined,
): Promise<Clip[]> {
  if (held === undefined) return await pipeline.generate(options);
  const parts = held.parts.map(({ clip, ...place }) => ({
    clips: options.prompts.map(() => clip),
    ...place,
  }));
  const given = await encodeGiven(pipeline, parts);
  const clips = await pipeline.generate({ ...options, given });
  const { paste } = held;
  if (paste === undefined) return clips;
  return clips.map((clip) =>
    held.parts.reduce(
      (whole, part) => pasteClip(whole, part.clip, part.at * paste),
      clip,
    )
  );
}
