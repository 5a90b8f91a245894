import {
  InputError,
  isNdArray,
  leavesOf,
  type NdArray,
  treeFrom,
} from "../core/mod.ts";
import {
  checkForm,
  readSafetensors,
  type SafetensorsOptions,
  writeSafetensors,
} from "../formats/safetensors/mod.ts";

/** Weights as they were read. */
export interface WeightsFile<P> {
  readonly parameters: P;
  readonly metadata: Readonly<Record<string, string>>;
  /** SHA-256 of the file, hexadecimal: names these weights in results. */
  readonly digest: string;
}

/** A network that was read or made: its parameters, and the digest that names them. */
export type Loaded<P> = Pick<WeightsFile<P>, "parameters" | "digest">;

/** A convolution with its bias, as the architectures list it. */
export interface Convolution {
  readonly name: string;
  /** Channels. */
  readonly from: number;
  readonly to: number;
  /** Side of its window. */
  readonly window: number;
}

/** A tensor's path and shape. */
export type NamedShape = readonly [path: string, shape: readonly number[]];

/**
 * Paths and shapes of the parameters of convolutions: `[...k,in,out]` and `[out]`.
 *
 * @param rank Axes of the window.
 */
export function convolutionShapes(
  convolutions: readonly Convolution[],
  rank: 2 | 3,
  prefix = "",
): NamedShape[] {
  return convolutions.flatMap(({ name, from, to, window }): NamedShape[] => [
    [`${prefix}${name}/weight`, [
      ...new Array<number>(rank).fill(window),
      from,
      to,
    ]],
    [`${prefix}${name}/bias`, [to]],
  ]);
}

/** Writes weights as one safetensors file. */
export async function saveWeights(
  path: string,
  parameters: unknown,
  metadata: Readonly<Record<string, string>> & { readonly schema: string },
  options: SafetensorsOptions = {},
): Promise<void> {
  const leaves = leavesOf(parameters, isNdArray);
  await writeSafetensors(path, leaves, metadata, options);
}

/**
 * Reads weights and checks them.
 *
 * @param schema Kind and version, as the file must name them.
 * @param fix What to do if the file is another one.
 * @param shapesOf Paths and shapes of all tensors, by the file's metadata.
 * @throws {InputError} if the file is missing, damaged, of another schema, or
 *   the tensors are not those of the network
 */
export async function loadWeights<P>(
  path: string,
  { schema, fix, shapesOf }: {
    readonly schema: string;
    readonly fix: string;
    shapesOf(metadata: Readonly<Record<string, string>>): Iterable<NamedShape>;
  },
): Promise<WeightsFile<P>> {
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
    parameters: treeFrom<NdArray>(tensors) as P,
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
