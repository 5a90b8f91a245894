import {
  InputError,
  isNdArray,
  leavesOf,
  type NdArray,
  treeFrom,
} from "../core/mod.ts";
import {
  checkDigest,
  checkFinite,
  checkForm,
  checkSeal,
  readSafetensors,
  type SafetensorsContent,
  type SafetensorsOptions,
  sealed,
  type TensorForm,
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

/** Parameters of a convolution. */
export interface ConvolutionParameters {
  /** `[...k,in,out]`, of any rank of the window. */
  readonly weight: NdArray;
  /** `[out]`. */
  readonly bias: NdArray;
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
  const own = sealed(leaves, metadata, options);
  await writeSafetensors(path, leaves, own, options);
}

/** Rules of a file. */
interface FileRules<F> {
  /** Kind and version, as the file must name them. */
  readonly schema: string;
  /** Advice if the file is another one, for the message. */
  readonly fix: string;
  /** Names and forms, or shapes, of all tensors. */
  form(content: SafetensorsContent): Iterable<readonly [string, F]>;
}

/**
 * Reads a safetensors file and checks its form and, where it has them, its
 * checksums.
 *
 * @throws {InputError} if the file is missing, damaged, of another schema, or
 *   holds other tensors
 * @throws {NotFiniteError} if a value is NaN or infinite, naming the tensor
 */
export async function readChecked(
  path: string,
  { schema, fix, form }: FileRules<TensorForm>,
): Promise<SafetensorsContent> {
  const content = await readSafetensors(path);
  const { metadata, tensors } = content;
  if (metadata.schema !== schema) {
    throw new InputError(
      `Cannot use "${path}": its schema must be "${schema}": current value ` +
        `is "${metadata.schema ?? "none"}"; ${fix}`,
    );
  }
  // Files of earlier versions and of other programs have no checksums.
  if (metadata.digest !== undefined) {
    checkSeal(path, metadata, tensors, fix);
    checkDigest(path, metadata, tensors, fix);
  }
  checkForm(path, tensors, form(content), fix);
  checkFinite(path, tensors, fix);
  return content;
}

/**
 * Reads weights and checks them.
 *
 * @throws {InputError} if the file is missing, damaged, of another schema, or
 *   the tensors are not those of the network
 */
export async function loadWeights<P>(
  path: string,
  { form, ...rules }: FileRules<readonly number[]>,
): Promise<WeightsFile<P>> {
  const { metadata, tensors } = await readChecked(path, {
    ...rules,
    form: (content) =>
      Iterator.from(form(content)).map(([name, shape]) =>
        [name, { dtype: "float32", shape }] as const
      ),
  });
  return {
    parameters: treeFrom<NdArray>(tensors) as P,
    metadata,
    digest: await digestOfFile(path),
  };
}

/** SHA-256 of a file's bytes, hexadecimal. */
export async function digestOfFile(path: string): Promise<string> {
  return await digestOfBytes(await Deno.readFile(path));
}

/** SHA-256, hexadecimal; a text counts as UTF-8. */
export async function digestOfBytes(
  content: BufferSource | string,
): Promise<string> {
  const bytes = typeof content === "string"
    ? new TextEncoder().encode(content)
    : content;
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return new Uint8Array(digest).toHex();
}
