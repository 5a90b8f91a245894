import * as tf from "@tensorflow/tfjs-core";
import {
  type Device,
  flopsOf,
  type Graph,
  jitWithState,
  type OnDevice,
} from "../compiler/mod.ts";
import {
  float32,
  Lifetime,
  type MapLeaves,
  type NdArray,
  scalar,
} from "../core/mod.ts";
import {
  type GivenFrames,
  type Guidance,
  guide,
  guideBy,
  keepFrames,
  sampleFlow,
  type SamplerName,
  SAMPLERS,
  sigmaSchedule,
  type Solver,
  steered,
  type Velocity,
} from "../models/diffusion/mod.ts";
import type {
  AttentionContext,
  RotaryTable,
  Tensors,
} from "../models/layers/mod.ts";
import type { PromptTokens } from "../models/text/mod.ts";
import {
  type DiffusionConfig,
  type DiffusionParameters,
  encodedVelocity,
  encodePrompts,
  isOwn,
  promptTokens,
} from "../models/text_to_video/mod.ts";
import { latentMotionEnergy, type SamplerMotion } from "./motion_guidance.ts";

/** What to sample. */
export interface SampleOptions {
  /** One prompt for each clip, `B` of them. */
  readonly prompts: readonly string[];
  /** What each clip must not show: guidance leads away from it; nothing where left out. */
  readonly negativePrompts?: readonly string[];
  /** Where to start, standard normal, `[B,t,h,w,Z]`. */
  readonly noise: NdArray<"float32">;
  /** Rotary tables of the latent grid. */
  readonly positions: RotaryTable;
  /** Steps of the sampler. */
  readonly steps: number;
  /** How strongly the prompt steers; 1 is as trained. */
  readonly guidance: number;
  /**
   * Noise levels at which guidance acts, lowest and highest; all where left out.
   * At high noise it costs variety, at low noise it does nothing
   * (Kynkäänniemi et al. 2024, arXiv 2404.07724).
   */
  readonly guidanceInterval?: readonly [low: number, high: number];
  /** How much of the spread that guidance adds is taken back, in [0,1]; 0 where left out. */
  readonly rescale?: number;
  /**
   * Frames that are given: see `keepFrames`, and `repaint`, which makes the
   * others fit them and is then the solver.
   */
  readonly given?: GivenFrames;
  /** Steers what moves where: see `steered`; `repaint` is then the solver. */
  readonly motion?: SamplerMotion;
  /** Euler's method where left out. */
  readonly solver?: SamplerName | (() => Solver);
  /** Of the noise that `repaint` adds; 0 where left out. */
  readonly seed?: number;
  /** Of the noise levels, `timestepShift(tokens)` for large clips; 1 where left out. */
  readonly shift?: number;
  readonly onStep?: (done: number) => void;
}

/** A trained denoiser, ready to use. */
export interface LatentSampler extends Disposable {
  /**
   * Samples normalised latents, `[B,t,h,w,Z]`.
   *
   * @throws {NotFiniteError} naming the first step after which one is not finite
   */
  sample(options: SampleOptions): Promise<NdArray<"float32">>;
}

/** How a sampler is compiled. */
export interface SamplerOptions {
  /** Steer beyond the prompt, each what the one before it made of the velocity. */
  readonly guidances?: readonly Guidance[];
}

/**
 * Operations of a graph up to which one thread draws about as fast as two,
 * which meet hundreds of times in a run: at 0.7e9 a step took 11 ms on one and
 * 9 ms on two, at twice the processor time, and 16 ms and 33 ms beside other
 * programs. A video of the shipped model (1.4e9, `deno task bench generate`) took
 * 816 ms and 668 ms; 32 frames of 128x128 (6e9) took 70 ms and 45 ms a step.
 */
const ONE_THREAD = 1e9;

function threadsFor(graph: Graph): { readonly threads?: number } {
  return flopsOf(graph) < ONE_THREAD ? { threads: 1 } : {};
}

/** One step's inputs; prompts and text are of `B` clips. */
interface PlainInputs {
  readonly latents: tf.Tensor;
  readonly sigmas: tf.Tensor;
  readonly prompts: Pick<Tensors<PromptTokens>, "words" | "wordMask">;
  readonly text: AttentionContext;
  readonly positions: Tensors<RotaryTable>;
}

/** The same with guidance; prompts and text are of `2B` clips, the second half of negative prompts. */
interface VelocityInputs extends PlainInputs {
  readonly guidance: tf.Tensor;
  readonly rescale: tf.Tensor;
}

/** The inputs of a step that a motion steers. */
interface SteeredInputs extends VelocityInputs {
  readonly motion: {
    readonly flow: tf.Tensor;
    readonly weight: tf.Tensor;
    readonly decoder: { readonly weight: tf.Tensor; readonly bias: tf.Tensor };
    readonly strength: tf.Tensor;
  };
}

/** A value that is made when it is first asked for. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => made ??= make();
}

/** Whether a motion steers at one of some noise levels. */
function actsAt(
  { strength, sigmas: [least, most] }: SamplerMotion,
  sigmas: readonly number[],
): boolean {
  return strength > 0 &&
    sigmas.some((sigma) => sigma > 0 && least <= sigma && sigma <= most);
}

/**
 * Compiles the guided velocity of parameters that are on a device already, and
 * stay with their owner: it samples with what they are at each call.
 */
export function samplerOf(
  device: Device,
  state: OnDevice<DiffusionParameters>,
  config: DiffusionConfig,
  { guidances = [] }: SamplerOptions = {},
): LatentSampler {
  const lifetime = new Lifetime("the sampler");
  const reader = jitWithState(
    (diffusion, { prompts }: { prompts: Tensors<PromptTokens> }) => ({
      outputs: encodePrompts(
        (diffusion as Tensors<DiffusionParameters>).text,
        prompts,
        config.text,
      ),
    }),
    state,
    { device, name: "prompt reader", session: threadsFor },
  );
  /** The guided velocity, as a function of the noisy latents alone. */
  const velocityOf = (
    diffusion: unknown,
    { sigmas, guidance, rescale, ...inputs }: VelocityInputs,
  ) =>
  (latent: tf.Tensor): tf.Tensor => {
    // Both halves of guidance go through the models as one batch.
    const both = encodedVelocity(diffusion as Tensors<DiffusionParameters>, {
      ...inputs,
      latents: tf.concat([latent, latent]),
      sigmas: tf.concat([sigmas, sigmas]),
    }, config);
    const [prompted, free] = tf.split(both, 2) as [tf.Tensor, tf.Tensor];
    const velocity = guide(prompted, free, guidance, rescale);
    return guideBy(guidances, { latent, sigma: sigmas, velocity });
  };
  const velocity = jitWithState(
    (diffusion, inputs: VelocityInputs) => ({
      outputs: { velocity: velocityOf(diffusion, inputs)(inputs.latents) },
    }),
    state,
    { device, name: "sampler", session: threadsFor },
  );
  /** Where guidance does not act, the half of the negative prompts is not needed. */
  const plainVelocity = jitWithState(
    (diffusion, { latents, sigmas, ...inputs }: PlainInputs) => {
      const velocity = encodedVelocity(
        diffusion as Tensors<DiffusionParameters>,
        { ...inputs, latents, sigmas },
        config,
      );
      return {
        outputs: {
          velocity: guideBy(guidances, {
            latent: latents,
            sigma: sigmas,
            velocity,
          }),
        },
      };
    },
    state,
    { device, name: "sampler without guidance", session: threadsFor },
  );
  const steeredVelocity = jitWithState(
    (diffusion, { motion, ...inputs }: SteeredInputs) => ({
      outputs: {
        velocity: steered(
          velocityOf(diffusion, inputs),
          { latent: inputs.latents, sigma: inputs.sigmas },
          (x0) => latentMotionEnergy(x0, motion),
          motion.strength,
        ),
      },
    }),
    state,
    { device, name: "steered sampler", session: threadsFor },
  );
  /** Prompts as the models take them. */
  const read = async (prompts: readonly string[]) => {
    const tokens = promptTokens(prompts, config.text);
    const { words, wordMask } = tokens;
    const text = await reader.run({ prompts: tokens });
    return {
      // A text encoder of one's own gives no words beside its tokens.
      prompts: (isOwn(config.text) ? {} : { words, wordMask }) as {
        words: NdArray<"int32">;
        wordMask: NdArray<"float32">;
      },
      text: text as MapLeaves<AttentionContext, tf.Tensor, NdArray>,
    };
  };
  return {
    async sample({ prompts, noise, positions, steps, guidance, ...options }) {
      using _use = lifetime.use();
      const { rescale = 0, seed = 0, shift = 1, onStep } = options;
      const sigmas = sigmaSchedule(steps, shift);
      const motion = options.motion && actsAt(options.motion, sigmas)
        ? options.motion
        : undefined;
      const { negativePrompts = prompts.map(() => ""), given } = options;
      const { solver = "euler" } = options;
      const sampler = given || motion ? "restart" : solver;
      const [low, high] = options.guidanceInterval ?? [0, 1];
      const count = prompts.length;
      const alone = once(() => read(prompts));
      const withNegative = once(() => read([...prompts, ...negativePrompts]));
      const guided: Velocity = async (latents, sigma) => {
        const acts = guidance !== 1 && low <= sigma && sigma <= high;
        const sigmas = float32([count], new Array<number>(count).fill(sigma));
        const moves = motion && actsAt(motion, [sigma]);
        if (!acts && !moves) {
          const { velocity } = await plainVelocity.run({
            latents,
            sigmas,
            positions,
            ...await alone(),
          });
          return velocity as NdArray<"float32">;
        }
        const inputs = {
          latents,
          sigmas,
          guidance: scalar(acts ? guidance : 1),
          rescale: scalar(rescale),
          positions,
          ...await withNegative(),
        };
        const result = moves
          ? await steeredVelocity.run({
            ...inputs,
            motion: {
              flow: motion.flow,
              weight: motion.weight,
              decoder: { ...motion.decoder },
              strength: scalar(motion.strength),
            },
          })
          : await velocity.run(inputs);
        return result.velocity as NdArray<"float32">;
      };
      return await sampleFlow({
        velocity: given ? keepFrames(guided, given) : guided,
        noise,
        sigmas,
        solver: typeof sampler === "string"
          ? () => SAMPLERS[sampler](seed)
          : sampler,
        onStep,
      });
    },
    [Symbol.dispose]() {
      lifetime.end(() => {
        reader[Symbol.dispose]();
        velocity[Symbol.dispose]();
        plainVelocity[Symbol.dispose]();
        steeredVelocity[Symbol.dispose]();
      });
    },
  };
}
