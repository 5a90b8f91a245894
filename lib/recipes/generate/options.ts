import * as z from "zod";
import { type SolverName, SOLVERS } from "../../models/diffusion/mod.ts";
import { SHIPPED } from "../../pipeline/mod.ts";
import { frameSizeFlag } from "../clip_size.ts";
import {
  deviceFlag,
  numberFlag,
  overwriteFlag,
  textFlag,
  wholeNumber,
} from "../command_line/mod.ts";

const SAMPLERS = Object.keys(SOLVERS) as [SolverName, ...SolverName[]];

/** The prompt and flags of `deno task generate`. */
export const generateFlags = z.strictObject({
  prompt: z.array(z.string()).describe(
    "what to show, in any language, each prompt in quotation marks; none lets the model choose",
  ),
  language: textFlag().default("auto").describe(
    "language in which unknown words are looked for, a BCP 47 tag, or auto",
  ),
  seed: wholeNumber(0).default(1).describe(
    "a whole number; another video for each",
  ),
  frames: wholeNumber(1, 100_000).optional().describe(
    "frames of the video (default: as the model was trained)",
  ),
  size: frameSizeFlag().optional().describe(
    "WIDTHxHEIGHT in pixels, or one number for a square (default: as the model was trained)",
  ),
  fps: numberFlag({ above: 0, most: 60 }).optional().describe(
    "frames per second (default: as the model was trained)",
  ),
  steps: wholeNumber(1, 10_000).default(30).describe("steps of the sampler"),
  guidance: numberFlag({ least: 0 }).default(4).describe(
    "how strongly the prompt steers; 1 is as trained, 0 ignores it",
  ),
  rescale: numberFlag({ least: 0, most: 1 }).default(0)
    .describe("how much of the contrast that guidance adds is taken back"),
  sampler: z.enum(SAMPLERS, { error: `must be one of ${SAMPLERS.join(", ")}` })
    .default("heun").describe("how each step is taken"),
  vaeMemory: numberFlag({ above: 0 }).default(1024).describe(
    "memory above which the VAE decodes in overlapping tiles, MiB",
  ),
  count: wholeNumber(1, 10_000).default(1).describe(
    "videos of each prompt, each different",
  ),
  out: textFlag().default("runs/generate").describe(
    "FILE.mp4 or FILE.gif for one video, else a folder, in which new videos get the next numbers",
  ),
  overwrite: overwriteFlag,
  checkpoint: textFlag().default(SHIPPED).describe(
    "folder of trained models: shipped ones or a run's",
  ),
  device: deviceFlag,
  json: z.boolean().default(false).describe("print what was made as JSON"),
});

/** The same, checked. */
export type GenerateFlags = z.infer<typeof generateFlags>;
