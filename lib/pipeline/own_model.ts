import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import * as z from "zod";
import { InputError, messageOf, missingFile } from "../core/mod.ts";
import type { Solver } from "../models/diffusion/mod.ts";
import type {
  BackbonePart,
  LossPart,
  TextPart,
  VaePart,
} from "../models/text_to_video/mod.ts";

/** The parts of a module that its models are made of, and its sampler. */
export interface ModelParts {
  readonly vae?: VaePart;
  readonly text?: TextPart;
  readonly backbone?: BackbonePart;
  readonly loss?: LossPart;
  /** Makes a solver for each run of the sampler, in place of `--sampler`. */
  readonly sampler?: () => Solver;
}

/** Names a module, in a run, its checkpoints and weights. */
export const moduleReference = z.strictObject({
  /** As it was given, relative to where the command ran. */
  path: z.string(),
  /** SHA-256 of the file, hexadecimal. */
  digest: z.string(),
});

/** Names a module. */
export type ModuleReference = z.infer<typeof moduleReference>;

/** A module of parts of one's own. */
export interface OwnModel<P extends ModelParts = ModelParts> {
  readonly reference: ModuleReference;
  readonly parts: P;
}

/** Functions that each part must have, by its name. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  vae: ["latentChannels", "stride", "init", "encode", "decode"],
  text: ["tokens", "width", "init", "tokenise", "encode"],
  backbone: ["init", "velocity"],
  loss: ["loss"],
  sampler: [],
  optimiser: ["optimiserOf"],
  schedule: ["scheduleOf"],
  clips: ["open"],
  metrics: [],
};
/** Parts without settings: a function, or a record of functions. */
const PLAIN: readonly string[] = ["sampler", "metrics"];

/**
 * Loads a module whose default export is an object of parts, see `Parts` of
 * `lib/mod.ts`. An edited file is loaded anew.
 *
 * @param path Of a TypeScript file.
 * @throws {InputError} naming the file, and the part or function that is missing
 *   or unknown
 */
export async function loadOwnModel(path: string): Promise<OwnModel> {
  let source: Uint8Array;
  try {
    source = await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw missingFile(path);
    throw error;
  }
  const digest = createHash("sha256").update(source).digest("hex");
  const url = pathToFileURL(resolve(path));
  url.search = digest; // modules are cached by their address
  let parts: unknown;
  try {
    ({ default: parts } = await import(url.href));
  } catch (error) {
    throw new InputError(
      `Cannot use "${path}": it must be a module that runs: ${
        messageOf(error).replaceAll(`?${digest}`, "")
      }`,
    );
  }
  assertParts(path, parts);
  return { reference: { path, digest }, parts };
}

/** @throws {InputError} naming the part or function that is missing or unknown */
function assertParts(
  path: string,
  parts: unknown,
): asserts parts is ModelParts {
  const refuse = (rule: string, found: string): never => {
    throw new InputError(
      `Cannot use "${path}": ${rule}: ${found}; docs/your_own.md shows modules`,
    );
  };
  if (typeof parts !== "object" || parts === null) {
    return refuse(
      "its default export must be an object of parts",
      `it is ${parts === undefined ? "missing" : typeof parts}`,
    );
  }
  for (const [name, part] of Object.entries(parts)) {
    const functions = Object.hasOwn(PARTS, name) ? PARTS[name] : undefined;
    if (!functions) {
      refuse(
        `its parts must be among ${Object.keys(PARTS).join(", ")}`,
        `it has "${name}"`,
      );
    }
    if (PLAIN.includes(name)) continue;
    const missing = functions!.find((one) => typeof part?.[one] !== "function");
    if (missing) {
      refuse(`${name} must have the function ${missing}`, "it is missing");
    }
    if (typeof part.settings?.safeParse !== "function") {
      refuse(
        `${name}.settings must be a zod schema with defaults`,
        `it is ${
          part.settings === undefined ? "missing" : typeof part.settings
        }`,
      );
    }
  }
}

/**
 * The module that weights name, loaded again; undefined for models without one.
 *
 * @param given The module that a flag names, which counts first.
 * @param log Prints a line where the file has changed since the weights were made.
 * @throws {InputError} if the file is missing or cannot be used
 */
export async function moduleOf(
  weights: string,
  reference: ModuleReference | undefined,
  given: OwnModel | undefined,
  log: (line: string) => void = () => {},
): Promise<OwnModel | undefined> {
  if (!reference) return given;
  const model = given ??
    await loadOwnModel(reference.path).catch((error) => {
      throw new InputError(
        `Cannot use "${weights}": ${messageOf(error)}; name the module with ` +
          "--model where it was moved",
      );
    });
  if (model.reference.digest !== reference.digest) {
    log(
      `note: "${model.reference.path}" has changed since "${weights}" was made`,
    );
  }
  return model;
}
