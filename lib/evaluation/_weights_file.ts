import {
  InputError,
  isNdArray,
  leavesOf,
  type NdArray,
  type Tree,
  treeFrom,
} from "../core/mod.ts";
import {
  checkForm,
  readSafetensors,
  type SafetensorsOptions,
  writeSafetensors,
} from "../formats/safetensors/mod.ts";

/** Weights as they were read. */
export interface WeightsFile {
  readonly parameters: Tree<NdArray>;
  readonly metadata: Readonly<Record<string, string>>;
  /** SHA-256 of the file, hexadecimal: names these weights in results. */
  readonly digest: string;
}

/** What a file of weights must be. */
export interface WeightsRule {
  /** Kind and version, as it stands in the file. */
  readonly schema: string;
  /** What to do if it is not. */
  readonly fix: string;
  /** Names and shapes of all tensors. */
  shapesOf(
    metadata: Readonly<Record<string, string>>,
  ): Iterable<readonly [name: string, shape: readonly number[]]>;
}

/** Writes weights as one safetensors file. */
export async function saveWeights(
  path: string,
  parameters: unknown,
  metadata: Readonly<Record<string, string>> & { readonly schema: string },
  options: SafetensorsOptions = {},
): Promise<void> {
  await writeSafetensors(
    path,
    leavesOf(parameters, isNdArray),
    metadata,
    options,
  );
}

/**
 * Reads weights and checks them against what they must be.
 *
 * @throws {InputError} if the file is missing, damaged, of another schema, or
 *   the tensors are not those of the model
 */
export async function loadWeights(
  path: string,
  { schema, fix, shapesOf }: WeightsRule,
): Promise<WeightsFile> {
  const { metadata, tensors } = await readSafetensors(path);
  if (metadata.schema !== schema) {
    throw new InputError(
      `Cannot use "${path}": its schema must be "${schema}": current value ` +
        `is "${metadata.schema ?? "none"}"; ${fix}`,
    );
  }
  const form = Iterator.from(shapesOf(metadata)).map(([name, shape]) =>
    [name, { dtype: "float32", shape }] as const
  );
  checkForm(path, tensors, form, fix);
  return {
    parameters: treeFrom<NdArray>(tensors),
    metadata,
    digest: await digestOfFile(path),
  };
}

/** SHA-256 of a file's bytes, hexadecimal. */
export async function digestOfFile(path: string): Promise<string> {
  const digest = await crypto.subtle.digest(
    "SHA-256",
    await Deno.readFile(path),
  );
  return new Uint8Array(digest).toHex();
}
