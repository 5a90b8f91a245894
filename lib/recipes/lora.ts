import * as z from "zod";
import { DEFAULT_LORA_TARGETS, type LoraConfig } from "../models/lora/mod.ts";
import type { LoraFile } from "../pipeline/mod.ts";
import { weightedPath } from "./command_line/mod.ts";

/** The flag of training, `RANK` or `RANK:TARGET,TARGET`. */
export const loraFlag = z.string().regex(
  /^[1-9]\d{0,3}(:[\w/]+(,[\w/]+)*)?$/,
  "must be RANK or RANK:TARGETS with a rank from 1, such as 8 or " +
    "8:attention,feedForward",
);

/**
 * The adapters of a flag.
 *
 * @param alpha Default: the rank, so that products are not scaled.
 */
export function loraConfigOf(text: string, alpha?: number): LoraConfig {
  const [rank, targets] = text.split(":");
  return {
    rank: Number(rank),
    alpha: alpha ?? Number(rank),
    targets: targets?.split(",") ?? DEFAULT_LORA_TARGETS,
  };
}

/** The flag of files of adapters, `FILE` or `FILE:SCALE`; it may be repeated. */
export const loraFilesFlag = z.array(
  z.string().superRefine((text, context) => {
    const { path, weight } = weightedPath(text);
    if (path !== "" && Number.isFinite(weight)) return;
    context.addIssue({
      code: "custom",
      message: "must be FILE or FILE:SCALE, such as a.lora.safetensors:0.5",
    });
  }),
).default([]);

/** The files of the flag. */
export function loraFilesOf(texts: readonly string[]): LoraFile[] {
  return texts.map(weightedPath)
    .map(({ path, weight }) => ({ path, scale: weight }));
}
