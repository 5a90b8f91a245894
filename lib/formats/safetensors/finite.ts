import { type NdArray, NotFiniteError } from "../../core/mod.ts";

/**
 * Checks that the tensors of a file have no NaN and no infinity.
 *
 * @param fix The end of the error message.
 * @throws {NotFiniteError} naming the first tensor that has one
 */
export function checkFinite(
  path: string,
  tensors: Iterable<readonly [name: string, array: NdArray]>,
  fix: string,
): void {
  for (const [name, { dtype, data }] of tensors) {
    if (dtype !== "float32" || areFinite(data)) continue;
    const at = data.findIndex((value) => !Number.isFinite(value));
    throw new NotFiniteError(
      `Cannot use "${path}": all values of tensor "${name}" must be finite: ` +
        `value ${at} is ${data[at]}; ${fix}`,
    );
  }
}

/** Whether all values are finite: NaN and infinity times zero are NaN. */
function areFinite(values: Float32Array): boolean {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! * 0;
  return sum === 0;
}
