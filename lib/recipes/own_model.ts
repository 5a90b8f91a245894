import * as z from "zod";
import { loadOwnModel, type OwnModel } from "../pipeline/mod.ts";

/** The flag `--model` of commands that read models. */
export const modelFlag: z.ZodOptional<z.ZodString> = z.string()
  .min(1, "must not be empty").optional().describe(
    "module whose parts the models are made of, such as ./mine.ts, or whose sampler draws (default: the module that the weights name; its code runs)",
  );

/** The module of the flag, loaded; undefined without the flag. */
export async function givenModel(
  path: string | undefined,
): Promise<OwnModel | undefined> {
  return path === undefined ? undefined : await loadOwnModel(path);
}
