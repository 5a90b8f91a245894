import * as z from "zod";
import {
  checkedJson,
  firstDifference,
  InputError,
  isNdArray,
  leavesOf,
  mapTree,
} from "../core/mod.ts";
import {
  checkDigest,
  checkFinite,
  checkForm,
  checkSeal,
  readSafetensors,
  readSafetensorsHeader,
  type SafetensorsOptions,
  sealed,
  writeSafetensors,
} from "../formats/safetensors/mod.ts";
import { SAMPLER_NAMES, type SamplerName } from "../models/diffusion/mod.ts";
import type { GridSize } from "../models/vae/mod.ts";
import { renamedConfig, renamedTensors } from "./old_names.ts";
import { type ModuleReference, moduleReference } from "./own_model.ts";

/** Version of files of weights; one without it is of version 1 too. */
export const WEIGHTS_SCHEMA = "weights 1";

/** Weights to use, not to train on: what samplers and exporters read. */
export interface Weights<W> {
  /** A tree of arrays. */
  readonly tensors: W;
  /** SHA-256 over names and numbers, hexadecimal: names the weights. */
  readonly digest: string;
  readonly facts: WeightsFacts;
}

/** A clip on which models were trained: frames, sides in pixels. */
export interface TrainedShape extends GridSize {
  /** Frames per second. */
  readonly fps: number;
}

/** Where weights come from; plain JSON. */
export interface WeightsFacts {
  /** What they are: `VideoVAE`. */
  readonly kind: string;
  /** Configuration of the model; it must match on loading. */
  readonly config: unknown;
  readonly stage: string;
  readonly step: number;
  /** Score of the evaluation that chose them; lower is better. */
  readonly score?: number;
  /** Which average of the parameters they are; absent for the last ones. */
  readonly average?: string;
  /** Of a VAE whose decoder alone was trained on: digest of the one before. */
  readonly latentSpace?: string;
  /** The module whose parts the models are, or some of them. */
  readonly module?: ModuleReference;
  /** Guidance with which they draw best, where another is not asked for. */
  readonly guidance?: number;
  /** Sampler with which they draw best, where another is not asked for. */
  readonly sampler?: SamplerName;
  /** The most frequent clips of the training. */
  readonly clip?: TrainedShape;
  /** Whether they were trained without captions, so that prompts do not matter. */
  readonly unconditional?: boolean;
}

/** The clips of models that do not name them: those of preset nano. */
const OLDER_SHAPE: TrainedShape = { frames: 16, height: 64, width: 64, fps: 8 };

/** The clips on which models were trained, the most frequent ones. */
export function trainedShape(
  { clip }: Pick<WeightsFacts, "clip">,
): TrainedShape {
  return clip ?? OLDER_SHAPE;
}

/** Sampler of models that name none. */
const SAMPLER: SamplerName = "unipc";

/**
 * The sampler that is asked for, or that with which a model draws best.
 *
 * @example
 * ```ts
 * import { samplerNameOf } from "lib/pipeline/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(samplerNameOf({ sampler: "restart" }), "restart");
 * assert.equal(samplerNameOf({ sampler: "restart" }, "heun"), "heun");
 * assert.equal(samplerNameOf({}), "unipc");
 * ```
 */
export function samplerNameOf(
  { sampler = SAMPLER }: Pick<WeightsFacts, "sampler">,
  asked?: SamplerName,
): SamplerName {
  return asked ?? sampler;
}

/** Guidance of models that name none. */
const GUIDANCE = 4;

/**
 * The guidance that is asked for, or that with which a model draws best.
 *
 * @example
 * ```ts
 * import { guidanceOf } from "lib/pipeline/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(guidanceOf({ guidance: 2 }), 2);
 * assert.equal(guidanceOf({ guidance: 2 }, 7.5), 7.5);
 * assert.equal(guidanceOf({}), 4);
 * ```
 */
export function guidanceOf(
  { guidance = GUIDANCE }: Pick<WeightsFacts, "guidance">,
  asked?: number,
): number {
  return asked ?? guidance;
}

/**
 * Names the latents that a VAE makes: its digest, or where its decoder alone
 * was trained on, that of the VAE whose encoder it has. What was trained on the
 * latents of one works with all that share the name.
 */
export function latentSpaceOf(
  { digest, facts }: Pick<Weights<unknown>, "digest" | "facts">,
): string {
  return facts.latentSpace ?? digest;
}

/**
 * Saves weights as safetensors, atomically.
 *
 * @param options Half precision halves the file, and rounds; the digest is that
 *   of the rounded numbers.
 * @returns their digest.
 */
export async function saveWeights(
  path: string,
  tensors: unknown,
  facts: WeightsFacts,
  options: SafetensorsOptions = {},
): Promise<string> {
  const leaves = leavesOf(tensors, isNdArray);
  const metadata = sealed(leaves, {
    schema: WEIGHTS_SCHEMA,
    kind: facts.kind,
    facts: JSON.stringify(facts),
  }, options);
  await writeSafetensors(path, leaves, metadata, options);
  return metadata.digest;
}

/**
 * The facts in the header of a file of weights, with the configuration checked.
 *
 * @throws {InputError} naming the file and the field, if there is no such file,
 *   or it holds weights of another kind or of another version
 */
export async function factsOfWeights<S extends z.ZodType>(
  path: string,
  kind: string,
  schema: S,
): Promise<WeightsFacts & { readonly config: z.infer<S> }> {
  const { metadata, entries } = await readSafetensorsHeader(path);
  const shapes = entries.map((entry) => [entry.name, entry] as const);
  const facts = factsOfKind(path, metadata, shapes, kind);
  const result = schema.safeParse(facts.config);
  if (result.success) return { ...facts, config: result.data };
  const [issue] = result.error.issues;
  throw new InputError(
    `Cannot use "${path}": its configuration must be that of this version: ` +
      `${issue!.path.join(".") || "configuration"}: ${issue!.message}; train ` +
      "the weights again, or use the version that made them",
  );
}

/**
 * Loads weights of a model; names of earlier versions become those of today.
 *
 * @param form A tree of the same names and shapes.
 * @throws {InputError} if there is no such file, it is damaged, or it holds
 *   weights of another kind or configuration, naming the field
 * @throws {NotFiniteError} if a weight is NaN or infinite, naming the tensor
 */
export async function loadWeights<W>(
  path: string,
  { kind, config, form }: {
    readonly kind: string;
    readonly config: unknown;
    readonly form: W;
  },
): Promise<Weights<W>> {
  const { metadata, tensors: saved } = await readSafetensors(path);
  const facts = factsOfKind(path, metadata, saved, kind);
  const tensors = renamedTensors(saved);
  checkConfig(path, facts.config, config);
  checkForm(
    path,
    tensors,
    leavesOf(form, isNdArray),
    "pass a file that was made with this configuration",
  );
  checkDigest(path, metadata, saved, AGAIN);
  checkFinite(path, saved, "use weights of a training that did not diverge");
  return {
    // In the form, since branches without tensors leave no name in a file.
    tensors: mapTree(form, isNdArray, (_, name) => tensors.get(name)!) as W,
    digest: metadata.digest!,
    facts,
  };
}

/**
 * Compares a file of weights with its checksums.
 *
 * @throws {InputError} if there is no such file, or it is damaged
 */
export async function verifyWeights(path: string): Promise<void> {
  const { metadata, tensors } = await readSafetensors(path);
  checkSeal(path, metadata, tensors, AGAIN);
  checkDigest(path, metadata, tensors, AGAIN);
}

/** What helps with a damaged file. */
const AGAIN = "copy or train the weights again";

const factsSchema = z.object({
  kind: z.string(),
  config: z.unknown(),
  stage: z.string(),
  step: z.number(),
  score: z.number().nullish().transform((score) => score ?? undefined),
  average: z.string().optional(),
  latentSpace: z.string().optional(),
  module: moduleReference.optional(),
  guidance: z.number().min(0).optional(),
  sampler: z.enum(SAMPLER_NAMES).optional(),
  clip: z.object({
    frames: z.int().min(1),
    height: z.int().min(1),
    width: z.int().min(1),
    fps: z.number().positive(),
  }).optional(),
  unconditional: z.boolean().optional(),
});

/** @throws {InputError} if the file is damaged, or holds weights of another kind or none */
function factsOfKind(
  path: string,
  metadata: Readonly<Record<string, string>>,
  tensors: Parameters<typeof checkSeal>[2],
  kind: string,
): WeightsFacts {
  checkSeal(path, metadata, tensors, AGAIN);
  const { schema = WEIGHTS_SCHEMA } = metadata;
  if (schema.startsWith("weights ") && schema !== WEIGHTS_SCHEMA) {
    throw new InputError(
      `Cannot use "${path}": its format must be "${WEIGHTS_SCHEMA}": it is ` +
        `"${schema}"; use the version that wrote it`,
    );
  }
  if (metadata.kind !== kind || metadata.facts === undefined) {
    throw new InputError(
      `Cannot use "${path}": it must hold weights of a ${kind}: it holds ` +
        `${metadata.kind ?? "something else"}; pass another file`,
    );
  }
  const { score, ...facts } = checkedJson(
    metadata.facts,
    factsSchema,
    `"${path}", facts`,
    AGAIN,
  );
  return {
    ...facts,
    config: renamedConfig(facts.config),
    ...(score !== undefined && { score }),
  };
}

/**
 * Checks that weights are those of a model.
 *
 * @param given Configuration that the weights name.
 * @param wanted That of the model.
 * @throws {InputError} naming the file and the first field that is another one
 *
 * @example
 * ```ts
 * import { checkConfig } from "lib/pipeline/weights.ts";
 * import assert from "node:assert/strict";
 *
 * checkConfig("a.safetensors", { width: 8 }, { width: 8 });
 * assert.throws(
 *   () => checkConfig("a.safetensors", { width: 8 }, { width: 9 }),
 *   /"a.safetensors": width of the model must be that of the weights, 8/,
 * );
 * ```
 */
export function checkConfig(
  path: string,
  given: unknown,
  wanted: unknown,
): void {
  const changed = firstDifference(plain(given), plain(wanted));
  if (changed === undefined) return;
  throw new InputError(
    `Cannot use "${path}": ${changed.field} of the model must be that of the ` +
      `weights, ${changed.before}: current value is ${changed.after}; choose ` +
      "the preset that they were trained with",
  );
}

/** As JSON has it: without fields that are undefined. */
function plain(config: unknown): unknown {
  return JSON.parse(JSON.stringify(config));
}
