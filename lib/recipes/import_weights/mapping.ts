import * as z from "zod";
import {
  InputError,
  type NdArray,
  sameShape,
  shapeText,
  stridesOf,
} from "../../core/mod.ts";

const pattern = z.string().refine((text) => {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}, "must be a regular expression");

/**
 * A mapping file: which tensor of a foreign file becomes which of ours.
 *
 * A rule has the pattern of whole names, the name of ours, in which `{1}` is the
 * first group of the pattern and `{1:2}` the same with two digits, and `axes`,
 * the order of axes, for arrays of so many of them: `[2,3,4,1,0]` turns a
 * convolution `[out,in,T,H,W]` into ours, `[1,0]` a linear layer.
 */
export const mappingSchema = z.strictObject({
  format: z.literal("aiprod-mapping-1"),
  rules: z.array(z.strictObject({
    from: pattern,
    to: z.string(),
    axes: z.array(z.int().min(0)).optional(),
  })).min(1),
  ignore: z.array(pattern).default([]).describe("names that are left out"),
});

/** The same, checked. */
export type Mapping = z.infer<typeof mappingSchema>;

/** A tensor of a foreign file, not yet read. */
export interface ForeignTensor {
  readonly shape: readonly number[];
  read(): NdArray;
}

/**
 * Renames and turns the tensors of a file. All names and shapes are compared
 * before the first tensor is read.
 *
 * @param form Names and shapes of ours; all must be there, and no others.
 * @param path Of the foreign file, for messages.
 * @throws {InputError} naming the tensor that no rule takes, that two rules make,
 *   that is missing, is not ours, or has another shape
 */
export function mapTensors(
  tensors: ReadonlyMap<string, ForeignTensor>,
  { rules, ignore }: Mapping,
  form: ReadonlyMap<string, readonly number[]>,
  path: string,
): Map<string, NdArray> {
  const refused = (problem: string, fix: string): InputError =>
    new InputError(`Cannot import "${path}": ${problem}; ${fix}`);
  const compiled = rules.map((rule) => ({
    ...rule,
    from: new RegExp(`^(?:${rule.from})$`),
  }));
  const ignored = ignore.map((text) => new RegExp(`^(?:${text})$`));
  /** By our name: the foreign one and its axes. */
  const sources = new Map<
    string,
    { name: string; axes: number[] | undefined }
  >();
  for (const [name, { shape }] of tensors) {
    if (ignored.some((each) => each.test(name))) continue;
    const found = compiled.find(({ from }) => from.test(name));
    if (found === undefined) {
      throw refused(
        `a rule must take each tensor: none takes "${name}" ${
          shapeText(shape)
        }`,
        "add a rule to the mapping, or ignore it there",
      );
    }
    const own = ownName(found.to, found.from.exec(name)!);
    const other = sources.get(own);
    if (other !== undefined) {
      throw refused(
        `each tensor of ours must come of one: "${own}" comes of ` +
          `"${other.name}" and "${name}"`,
        "correct the mapping",
      );
    }
    const wanted = form.get(own);
    if (wanted === undefined) {
      throw refused(
        `the mapping must name tensors of the model: "${name}" becomes ` +
          `"${own}", which is none`,
        "correct the mapping, or choose another configuration",
      );
    }
    const axes = found.axes?.length === shape.length ? found.axes : undefined;
    const turned = axes ? axes.map((axis) => shape[axis]!) : shape;
    if (!sameShape(turned, wanted)) {
      throw refused(
        `"${name}" must have the shape of "${own}", ${shapeText(wanted)}: it ` +
          `is ${shapeText(turned)}${axes ? " after turning" : ""}`,
        "choose the configuration of these weights, or correct the axes",
      );
    }
    sources.set(own, { name, axes });
  }
  const missing = [...form.keys()].filter((own) => !sources.has(own));
  if (missing.length > 0) {
    throw refused(
      `all tensors of the model must be there: ${missing.length} are missing, ` +
        `the first is "${missing[0]}" ${shapeText(form.get(missing[0]!)!)}`,
      "choose the configuration of these weights, or add a rule",
    );
  }
  const mapped = new Map<string, NdArray>();
  for (const own of form.keys()) {
    const { name, axes } = sources.get(own)!;
    const array = tensors.get(name)!.read();
    const at = array.data.findIndex((value) => !Number.isFinite(value));
    if (at >= 0) {
      throw refused(
        `values must be finite: ${array.data[at]} is at ${at} of "${name}"`,
        "download the file again",
      );
    }
    mapped.set(own, axes ? withAxes(array, axes) : array);
  }
  return mapped;
}

/** A name of ours, with the groups of a match. */
function ownName(template: string, match: RegExpExecArray): string {
  return template.replaceAll(
    /\{(\d)(?::(\d))?\}/g,
    (_, group: string, digits: string | undefined) =>
      (match[Number(group)] ?? "").padStart(Number(digits ?? 0), "0"),
  );
}

/** An array with its axes in another order. */
function withAxes(array: NdArray, axes: readonly number[]): NdArray {
  const shape = axes.map((axis) => array.shape[axis]!);
  const strides = stridesOf(array.shape);
  const steps = axes.map((axis) => strides[axis]!);
  const data = array.data.slice();
  const at = shape.map(() => 0);
  for (let to = 0, from = 0; to < data.length; to++) {
    data[to] = array.data[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += steps[axis]!;
      if (++at[axis]! < shape[axis]!) break;
      from -= steps[axis]! * shape[axis]!;
      at[axis] = 0;
    }
  }
  return { ...array, shape, data } as NdArray;
}
