import { InputError, type NdArray, sameShape, shapeText } from "../core/mod.ts";
import type { StateDict } from "../formats/pytorch/mod.ts";

/** A PyTorch file that was opened. */
export interface OpenFile {
  /** For messages. */
  readonly path: string;
  readonly state: StateDict;
}

/**
 * Checks that a file holds exactly the tensors of a network.
 *
 * @param expected Names and shapes.
 * @param extra Names that are ignored.
 * @returns reads a tensor by name; throws {@link InputError} if a value is not finite.
 * @throws {InputError} naming the first tensor that is missing, has another
 *   shape or is not known
 */
export function tensorReader(
  { path, state: { tensors } }: OpenFile,
  network: string,
  expected: ReadonlyMap<string, readonly number[]>,
  extra: RegExp,
): (name: string) => NdArray {
  for (const [name, shape] of expected) {
    const tensor = tensors.get(name);
    if (tensor && sameShape(tensor.shape, shape)) continue;
    throw new InputError(
      `Cannot use "${path}" as ${network}: tensor "${name}" must have shape ` +
        `${shapeText(shape)}: ${
          tensor ? `it has ${shapeText(tensor.shape)}` : "it is missing"
        }; pass the public file of this network`,
    );
  }
  for (const name of tensors.keys()) {
    if (expected.has(name) || extra.test(name)) continue;
    throw new InputError(
      `Cannot use "${path}" as ${network}: its tensors must be those of the ` +
        `network: "${name}" is none; pass the public file of this network`,
    );
  }
  return (name) => {
    const array = tensors.get(name)!.read();
    const at = array.data.findIndex((x) => !Number.isFinite(x));
    if (at < 0) return array;
    throw new InputError(
      `Cannot use "${path}": values of tensor "${name}" must be finite: ` +
        `current value at ${at} is ${array.data[at]}; download the file again`,
    );
  };
}

/** Weights of a convolution from PyTorch's layout to ours: `[out,in,...k] -> [...k,in,out]`. */
export function channelsLast({ shape, data }: NdArray): NdArray<"float32"> {
  const [to, from, ...window] = shape as [number, number, ...number[]];
  const places = window.reduce((a, b) => a * b, 1);
  const result = new Float32Array(data.length);
  for (let o = 0; o < to; o++) {
    for (let i = 0; i < from; i++) {
      for (let k = 0; k < places; k++) {
        result[(k * from + i) * to + o] = data[(o * from + i) * places + k]!;
      }
    }
  }
  return { dtype: "float32", shape: [...window, from, to], data: result };
}
