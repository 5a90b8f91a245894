import { basename } from "node:path";
import { flopsOf, trace } from "../../compiler/mod.ts";
import { InputError } from "../../core/mod.ts";
import type { SamplerName } from "../../models/diffusion/mod.ts";
import { metaInit } from "../../models/layers/mod.ts";
import {
  clipTokens,
  initModel,
  type ModelConfig,
  modelFunctions,
  samplingShift,
} from "../../models/text_to_video/mod.ts";
import {
  guidanceOf,
  type ModelHeader,
  readModelHeader,
  samplerNameOf,
  type TrainedShape,
  trainedShape,
} from "../../pipeline/mod.ts";
import type { GridSize } from "../../models/vae/mod.ts";
import type { JobRequest } from "../database/mod.ts";
import { type ClipFlops, flopsOfSteps } from "../jobs/mod.ts";

/** A model that the service offers. */
export interface OfferedModel {
  /** The name in requests: that of its folder. */
  readonly name: string;
  /** Where its weights lie; undefined for the stand-in. */
  readonly folder?: string;
  /** Guidance of requests that name none. */
  readonly guidance: number;
  /** Sampler of requests that name none. */
  readonly sampler: SamplerName;
  /** Size and frame rate of requests that name none: those it was trained on. */
  readonly clip: TrainedShape;
  /** Operations of its parts for a clip of a size. */
  clipFlops(clip: GridSize): ClipFlops;
  /** The rule that a size breaks, with the field; undefined if it is legal. */
  problemOf(clip: GridSize): SizeProblem | undefined;
}

/** What is wrong with a size. */
export interface SizeProblem {
  readonly field: "frames" | "size";
  readonly message: string;
}

/** The models that the service offers, by name; the first is the default. */
export type Catalogue = ReadonlyMap<string, OfferedModel>;

/** The word for a model that draws noise at once: for tests of the service and of its load. */
export const STAND_IN = "stand-in";

/**
 * Reads which models are offered, from the headers of their files.
 *
 * @param folders Of trained models, or {@link STAND_IN}; at least one.
 * @throws {InputError} naming the folder, if it holds no models or two have one
 *   name
 */
export async function readCatalogue(
  folders: readonly string[],
): Promise<Catalogue> {
  const models = new Map<string, OfferedModel>();
  for (const folder of folders) {
    const model = folder === STAND_IN
      ? standIn
      : modelOf(folder, await readModelHeader(folder));
    if (models.has(model.name)) {
      throw new InputError(
        `Cannot offer "${folder}": models must have different names: ` +
          `there are two called "${model.name}"; rename its folder`,
      );
    }
    models.set(model.name, model);
  }
  if (models.size > 0) return models;
  throw new InputError(
    "Cannot offer models: there must be at least one: there is none; " +
      "name a folder of trained models",
  );
}

/** Sizes of clips whose operations are remembered: counting them takes 0.1 s. */
const REMEMBERED = 1000;

function modelOf(
  folder: string,
  { config, guidance, sampler, clip: trained }: ModelHeader,
): OfferedModel {
  const counted = new Map<string, ClipFlops>();
  return {
    name: basename(folder),
    folder,
    guidance,
    sampler,
    clip: trained,
    clipFlops({ frames, height, width }) {
      const key = `${frames}x${height}x${width}`;
      const known = counted.get(key);
      if (known !== undefined) return known;
      if (counted.size >= REMEMBERED) counted.clear();
      const flops = countFlops(config, { frames, height, width });
      counted.set(key, flops);
      return flops;
    },
    problemOf({ frames, height, width }) {
      try {
        clipTokens(config, { frames, height, width });
        return undefined;
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        const [, name, rule = error.message] =
          /^Cannot encode a clip: (\w+) (.*)$/s.exec(error.message) ?? [];
        return name === "frames"
          ? { field: "frames", message: rule }
          : { field: "size", message: `${name} ${rule}` };
      }
    },
  };
}

function countFlops(config: ModelConfig, size: GridSize): ClipFlops {
  const functions = modelFunctions(config, size, 1);
  const flopsOfPart = (part: keyof typeof functions): number => {
    const { model, inputs, call } = functions[part];
    const parameters = initModel(model, config, metaInit());
    return flopsOf(trace(
      (all: { readonly parameters: unknown; readonly inputs: unknown }) =>
        call(all.parameters as never, all.inputs as never),
      { parameters, inputs },
    ));
  };
  return {
    text: flopsOfPart("textEncoder"),
    denoiser: flopsOfPart("backbone"),
    decoder: flopsOfPart("vaeDecoder"),
    shift: samplingShift(config, size),
  };
}

const standIn: OfferedModel = {
  name: STAND_IN,
  guidance: guidanceOf({}),
  sampler: samplerNameOf({}),
  clip: trainedShape({}),
  clipFlops: ({ frames, height, width }) => ({
    text: 1e6,
    denoiser: 1e3 * frames * height * width,
    decoder: 1e4 * frames * height * width,
    shift: 1,
  }),
  problemOf: ({ height, width }) =>
    height % 16 === 0 && width % 16 === 0
      ? undefined
      : { field: "size", message: "must have sides that are multiples of 16" },
};

/** Operations of a whole job. */
export function flopsOfRequest(
  model: OfferedModel,
  { steps, sampler, ...size }:
    & GridSize
    & Pick<JobRequest, "steps" | "sampler">,
): number {
  return flopsOfSteps(model.clipFlops(size), {
    steps,
    total: steps,
    sampler,
    decoded: true,
  });
}
