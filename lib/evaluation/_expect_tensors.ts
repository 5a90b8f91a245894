import { InputError, type NdArray, sameShape, shapeText } from "../core/mod.ts";

/** A tensor as a file announces it. */
interface Announced {
  readonly shape: readonly number[];
}

/**
 * Checks that a file holds exactly the tensors that a network is made of.
 *
 * @param extra Names that may be there and are not needed.
 * @throws {InputError} naming the first tensor that is missing, has another
 *   shape or is not known
 */
export function expectTensors(
  path: string,
  network: string,
  found: ReadonlyMap<string, Announced>,
  expected: ReadonlyMap<string, readonly number[]>,
  extra: RegExp,
): void {
  for (const [name, shape] of expected) {
    const tensor = found.get(name);
    if (tensor && sameShape(tensor.shape, shape)) continue;
    throw new InputError(
      `Cannot use "${path}" as ${network}: tensor "${name}" must have shape ` +
        `${shapeText(shape)}: ${
          tensor ? `it has ${shapeText(tensor.shape)}` : "it is missing"
        }; pass the public file of this network`,
    );
  }
  for (const name of found.keys()) {
    if (expected.has(name) || extra.test(name)) continue;
    throw new InputError(
      `Cannot use "${path}" as ${network}: its tensors must be those of the ` +
        `network: "${name}" is none; pass the public file of this network`,
    );
  }
}

/**
 * Refuses weights that no training leaves behind.
 *
 * @throws {InputError} naming the tensor and its first value that is not finite
 */
export function expectFinite(
  path: string,
  name: string,
  { data }: NdArray,
): void {
  const at = data.findIndex((x) => !Number.isFinite(x));
  if (at < 0) return;
  throw new InputError(
    `Cannot use "${path}": values of tensor "${name}" must be finite: ` +
      `current value at ${at} is ${data[at]}; download the file again`,
  );
}

/** Brings a convolution from PyTorch's layout to ours: `[out,in,...k] -> [...k,in,out]`. */
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
