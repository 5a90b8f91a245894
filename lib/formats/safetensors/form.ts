import {
  InputError,
  type NdArray,
  sameShape,
  shapeText,
} from "../../core/mod.ts";

/** The required type of a tensor. */
export type TensorForm = Pick<NdArray, "dtype" | "shape">;

/**
 * Checks that a file holds exactly the tensors of a model.
 *
 * @param fix The end of the error message.
 * @throws {InputError} with the first tensor that is missing, unknown, or of
 *   another type or shape
 */
export function checkForm(
  path: string,
  tensors: ReadonlyMap<string, TensorForm>,
  form: Iterable<readonly [name: string, form: TensorForm]>,
  fix: string,
): void {
  const wantedForms = new Map(form);
  for (const name of new Set([...wantedForms.keys(), ...tensors.keys()])) {
    const [found, wanted] = [tensors.get(name), wantedForms.get(name)];
    if (
      found && wanted && found.dtype === wanted.dtype &&
      sameShape(found.shape, wanted.shape)
    ) continue;
    throw new InputError(
      `Cannot use "${path}": tensor "${name}" must be ` +
        `${wanted ? formText(wanted) : "left out"}: it is ` +
        `${found ? formText(found) : "missing"}; ${fix}`,
    );
  }
}

function formText({ dtype, shape }: TensorForm): string {
  return `${dtype}${shapeText(shape)}`;
}
