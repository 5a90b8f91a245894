import {
  InputError,
  type NdArray,
  type Progress,
  shapeText,
} from "../core/mod.ts";
import {
  type GivenFrames,
  type SamplerName,
  SAMPLERS,
} from "../models/diffusion/mod.ts";
import type { MotionGuidance } from "./motion_guidance.ts";

/** What to generate. */
export interface GenerateOptions {
  /** One for each clip; an empty one lets the model choose. */
  readonly prompts: readonly string[];
  /** What each clip must not show; nothing where left out. */
  readonly negativePrompts?: readonly string[];
  /** Language of the prompts, a BCP 47 tag; `auto`, any, where left out. */
  readonly language?: string;
  /** Takes the words of the prompts that the models have never read, and a warning for people. */
  readonly onUnknownWords?: (words: readonly string[], warning: string) => void;
  /** A whole number: the same seed, the same clip of the same prompt. */
  readonly seed: number;
  /** Where sampling starts, standard normal, `[B,t,h,w,Z]`; drawn from the seed where left out. */
  readonly noise?: NdArray<"float32">;
  /** Multiples of the VAE's strides. */
  readonly frames: number;
  readonly height: number;
  readonly width: number;
  /** Frames per second. */
  readonly fps: number;
  /** Steps of the sampler. */
  readonly steps: number;
  /** How strongly the prompt steers; 1 is as trained. */
  readonly guidance: number;
  /** Noise levels at which guidance acts, lowest and highest, in [0,1]; all where left out. */
  readonly guidanceInterval?: readonly [low: number, high: number];
  /**
   * Latent frames that the clips hold, as `encodeGiven` makes them. Steps are
   * then Euler's, most of them taken four times (`repaint`), whatever the
   * sampler. None where left out.
   */
  readonly given?: GivenFrames;
  /** Steers what moves where; its field is of the size of the clips. Nothing steers where left out. */
  readonly motion?: MotionGuidance;
  /** How much of the spread that guidance adds is taken back, in [0,1]; 0 where left out. */
  readonly rescale?: number;
  /** One of a module's own counts first. */
  readonly sampler: SamplerName;
  /** Of the noise levels towards noise; `timestepShift` of the clip's size where left out. */
  readonly shift?: number;
  readonly progress?: Progress;
  /** Refuses the next step once it is aborted. */
  readonly signal?: AbortSignal;
}

/** @throws {InputError} naming the first option that breaks its rule */
export function checkOptions(
  options: Omit<
    GenerateOptions,
    "frames" | "height" | "width" | "noise" | "given" | "motion"
  >,
): void {
  const { prompts, seed, fps, steps, guidance, sampler } = options;
  const { negativePrompts, guidanceInterval = [0, 1] } = options;
  const { rescale = 0, shift = 1 } = options;
  // Callers without types may pass anything: "8" > 0 holds too.
  const isNumber = (value: unknown): boolean =>
    typeof value === "number" && Number.isFinite(Math.fround(value));
  const rules: [string, unknown, boolean, string][] = [
    [
      "prompts",
      JSON.stringify(prompts),
      Array.isArray(prompts) && prompts.length > 0 &&
      prompts.every((prompt) => typeof prompt === "string"),
      "be a text for each clip",
    ],
    [
      "negativePrompts",
      JSON.stringify(negativePrompts),
      negativePrompts === undefined ||
      negativePrompts.length === prompts.length &&
        negativePrompts.every((prompt) => typeof prompt === "string"),
      "be a text for each clip",
    ],
    ["seed", seed, Number.isSafeInteger(seed), "be a whole number"],
    ["fps", fps, isNumber(fps) && fps > 0, "be a number above 0"],
    [
      "steps",
      steps,
      Number.isInteger(steps) && steps > 0,
      "be a whole number from 1",
    ],
    [
      "guidance",
      guidance,
      isNumber(guidance) && guidance >= 0,
      "be from 0 to 3.4e38",
    ],
    [
      "guidanceInterval",
      guidanceInterval.join(),
      guidanceInterval.length === 2 && guidanceInterval.every(isNumber) &&
      guidanceInterval[0] >= 0 && guidanceInterval[0] <= guidanceInterval[1] &&
      guidanceInterval[1] <= 1,
      "be two numbers from 0 to 1, the lower first",
    ],
    [
      "rescale",
      rescale,
      isNumber(rescale) && rescale >= 0 && rescale <= 1,
      "be from 0 to 1",
    ],
    ["shift", shift, isNumber(shift) && shift > 0, "be a number above 0"],
    [
      "sampler",
      `"${sampler}"`,
      Object.hasOwn(SAMPLERS, sampler),
      `be one of ${Object.keys(SAMPLERS).join(", ")}`,
    ],
  ];
  for (const [option, value, holds, rule] of rules) {
    if (holds) continue;
    throw new InputError(
      `Cannot generate: ${option} must ${rule}: current value is ${value}`,
    );
  }
}

/** @throws {InputError} if the noise does not have the shape of the latents */
export function checkNoise(
  noise: NdArray<"float32"> | undefined,
  shape: readonly number[],
): void {
  if (noise === undefined) return;
  const wanted = `float32${shapeText(shape)}`;
  const found = `${noise.dtype}${shapeText(noise.shape)}`;
  if (found === wanted) return;
  throw new InputError(
    `Cannot generate: noise must be ${wanted}, a latent for each prompt: ` +
      `current type is ${found}`,
  );
}

/** @throws {InputError} if given frames are not latent frames of each clip, with some left to draw */
export function checkGiven(
  given: GivenFrames | undefined,
  [clips, frames, ...rest]: readonly [number, number, ...number[]],
): void {
  if (given === undefined) return;
  const { latents, frames: places } = given;
  const [count, known = 0, ...sides] = latents.shape;
  if (
    count !== clips || known < 1 || known >= frames ||
    sides.join() !== rest.join()
  ) {
    throw new InputError(
      `Cannot generate: given.latents must be float32[${clips},1 to ` +
        `${frames - 1},${rest.join()}], latent frames of each clip with some ` +
        `left to draw: current shape is ${shapeText(latents.shape)}`,
    );
  }
  const isLegal = places.length === known &&
    places.every((place, i) =>
      Number.isInteger(place) && place < frames && place > (places[i - 1] ?? -1)
    );
  if (!isLegal) {
    throw new InputError(
      `Cannot generate: given.frames must be the places of the ${known} ` +
        `latents, rising, from 0 to ${frames - 1}: current value is ` +
        `${places.join()}`,
    );
  }
  const channels = rest.at(-1)!;
  const square = [channels, channels].join();
  const other = given.known?.find((one) => one && one.shape.join() !== square);
  if (other === undefined) return;
  throw new InputError(
    `Cannot generate: given.known must be float32[${square}], a matrix of ` +
      `channels, or undefined: current shape is ${shapeText(other.shape)}`,
  );
}

/** @throws {InputError} if a motion is for clips of another size, or an option breaks its rule */
export function checkMotionGuidance(
  motion: MotionGuidance | undefined,
  { frames, height, width }: Pick<
    GenerateOptions,
    "frames" | "height" | "width"
  >,
): void {
  if (motion === undefined) return;
  const { field, strength = 0, sigmas: [low, high] = [0, 1] } = motion;
  const found = [field.frames, field.height, field.width].join("x");
  const wanted = [frames - 1, height, width].join("x");
  const rules: [string, unknown, boolean, string][] = [
    ["motion.field", found, found === wanted, `be ${wanted}, pairs of frames`],
    [
      "motion.strength",
      strength,
      Number.isFinite(strength) && strength >= 0,
      "be a number from 0",
    ],
    [
      "motion.sigmas",
      `${low},${high}`,
      low >= 0 && low <= high && high <= 1,
      "be two numbers from 0 to 1, the lower first",
    ],
  ];
  for (const [option, value, holds, rule] of rules) {
    if (holds) continue;
    throw new InputError(
      `Cannot generate: ${option} must ${rule}: current value is ${value}`,
    );
  }
}
