import type * as z from "zod";
import { InputError } from "../core/mod.ts";
import { readSafetensorsHeader } from "../formats/safetensors/mod.ts";
import { factsOf } from "./weights.ts";

/**
 * The configuration inside a file of weights, checked.
 *
 * @throws {InputError} naming the file and the field
 */
export async function configOfWeights<S extends z.ZodType>(
  path: string,
  schema: S,
): Promise<z.infer<S>> {
  const { metadata } = await readSafetensorsHeader(path);
  const result = schema.safeParse(factsOf(metadata)?.config);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new InputError(
    `Cannot use "${path}": its configuration must be that of this version: ` +
      `${issue!.path.join(".") || "configuration"}: ${issue!.message}; train ` +
      "the weights again, or use the version that made them",
  );
}
