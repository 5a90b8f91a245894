import * as z from "zod";
import { decimalNumber } from "../../core/mod.ts";
import { MOTION_SIGMAS, MOTION_STRENGTH, SHIPPED } from "../../pipeline/mod.ts";
import { frameSizeFlag } from "../clip_size.ts";
import {
  deviceFlag,
  numberFlag,
  overwriteFlag,
  samplerFlag,
  textFlag,
  wholeNumber,
} from "../command_line/mod.ts";
import { loraFilesFlag } from "../lora.ts";
import { modelFlag } from "../own_model.ts";

/** `1,2,3` to three numbers; no seed twice. */
const seedsFlag = z.string().regex(
  /^\d{1,15}(,\d{1,15})*$/,
  "must be whole numbers with commas between, such as 1,2,3",
).default("1").transform((text) => [...new Set(text.split(",").map(Number))]);

const INTERVAL =
  "must be two numbers from 0 to 1, the lower first, such as 0.2,0.9";

/** `0.2,0.9` to two numbers. */
const intervalFlag = (fallback: string) =>
  z.string().default(fallback).transform((text, context) => {
    const [low, high, ...more] = text.split(",").map(decimalNumber);
    const isLegal = more.length === 0 &&
      [low, high].every((x) => typeof x === "number" && x >= 0 && x <= 1) &&
      (low as number) <= (high as number);
    if (!isLegal) context.addIssue({ code: "custom", message: INTERVAL });
    return [low, high] as [low: number, high: number];
  });

/** The prompt and flags of `deno task generate`. */
export const generateFlags = z.strictObject({
  prompt: z.array(z.string()).describe(
    "what to show, in any language, each prompt in quotation marks; none lets the model choose",
  ),
  language: textFlag().default("auto").describe(
    "language in which unknown words are looked for, a BCP 47 tag, or auto",
  ),
  negative: textFlag().optional().describe(
    "what the videos must not show: guidance leads away from it",
  ),
  image: textFlag().optional().describe(
    "picture with which the videos begin: png, jpeg, webp, ...",
  ),
  lastImage: textFlag().optional().describe(
    "picture with which the videos end; with --image the frames between are drawn",
  ),
  inpaint: textFlag().optional().describe(
    "video of which --keep stays as it is; all other frames are drawn",
  ),
  keep: textFlag().optional().describe(
    "with --inpaint: frames that stay, counted from 0 at the rate of the result: 0-3,12-15",
  ),
  continue: textFlag().optional().describe(
    "video that goes on: the result begins with it; how long, says --seconds",
  ),
  seconds: numberFlag({ above: 0, most: 600 }).optional().describe(
    "with --continue: seconds to add (default: half of the video that the model was trained on)",
  ),
  motion: textFlag().optional().describe(
    "which way what is seen goes: right:16, up-left:12, in pixels a second, or zoom:1.2, growth a second",
  ),
  region: textFlag().optional().describe(
    "with --motion: where it acts, LEFT,TOP,WIDTH,HEIGHT in pixels (default: everywhere)",
  ),
  path: textFlag().optional().describe(
    'points in pixels that the subject goes along over the whole video: "8,32 40,32"',
  ),
  flowFrom: textFlag().optional().describe(
    "video whose optical flow the videos follow",
  ),
  motionStrength: numberFlag({ least: 0 }).default(MOTION_STRENGTH).describe(
    "how strongly --motion, --path or --flow-from steers; 0 not at all",
  ),
  motionSigmas: intervalFlag(MOTION_SIGMAS.join()).describe(
    "noise levels at which it steers, lowest and highest, from 0 to 1",
  ),
  seed: seedsFlag.describe(
    "whole numbers with commas between; another video for each",
  ),
  frames: wholeNumber(1, 100_000).optional().describe(
    "frames of the video, a multiple of those of a latent frame, 4 in shipped models (default: as the model was trained)",
  ),
  size: frameSizeFlag().optional().describe(
    "WIDTHxHEIGHT in pixels, or one number for a square (default: as the model was trained)",
  ),
  fps: numberFlag({ above: 0, most: 60 }).optional().describe(
    "frames per second (default: as the model was trained)",
  ),
  steps: wholeNumber(1, 10_000).default(20).describe("steps of the sampler"),
  guidance: numberFlag({ least: 0 }).optional().describe(
    "how strongly the prompt steers; 1 is as trained, 0 ignores it (default: the model's own, or 4; 2 with a motion)",
  ),
  guidanceInterval: intervalFlag("0,1").describe(
    "noise levels at which guidance acts, lowest and highest, from 0 to 1",
  ),
  rescale: numberFlag({ least: 0, most: 1 }).default(0)
    .describe("how much of the contrast that guidance adds is taken back"),
  sampler: samplerFlag.describe(
    "how each step is taken; restart takes those that decide the content four times, and so do given frames and a motion (default: the model's own, or unipc)",
  ),
  vaeMemory: numberFlag({ above: 0 }).default(1024).describe(
    "memory above which the VAE decodes in overlapping tiles, MiB",
  ),
  count: wholeNumber(1, 10_000).default(1).describe(
    "videos of each prompt and seed, each different",
  ),
  out: textFlag().default("runs/generate").describe(
    "FILE.mp4 or FILE.gif for one video, else a folder, in which new videos get the next numbers",
  ),
  overwrite: overwriteFlag,
  checkpoint: textFlag().default(SHIPPED).describe(
    "folder of trained models: shipped ones or a run's",
  ),
  lora: loraFilesFlag.describe(
    "adapters that phases with --lora trained on the models of --checkpoint: FILE or FILE:SCALE; several add up",
  ),
  model: modelFlag,
  device: deviceFlag,
  json: z.boolean().default(false).describe("print what was made as JSON"),
});

/** The same, checked. */
export type GenerateFlags = z.infer<typeof generateFlags>;
