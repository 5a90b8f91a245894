import { dirname } from "node:path";
import * as z from "zod";
import { openDevice } from "../../compiler/mod.ts";
import {
  assertReplaceable,
  assertWritableFile,
  makeWritableFolder,
} from "../../core/mod.ts";
import { terminalProgress } from "../../core/progress/mod.ts";
import { svgImage, writePng } from "../../dataset/encode/mod.ts";
import {
  sensitivity,
  STRENGTHS,
  World3dExamples,
} from "../../evaluation/world3d/mod.ts";
import { staticPlot, tableBundle } from "../../notebook/mod.ts";
import {
  deviceFlag,
  log,
  numberFlag,
  overwriteFlag,
  print,
  runProgram,
  textFlag,
  wholeNumber,
} from "../command_line/mod.ts";
import { openedInception, trainedWorld3d } from "../metrics/networks.ts";
import { WEIGHTS_FOLDER, WORLD3D_WEIGHTS } from "../weights/catalogue.ts";
import { sensitivityOfVideos, sensitivityTable } from "./videos.ts";
import { world3dPlan } from "../world3d/training.ts";

/** Flags of `deno task sensitivity`. */
export const sensitivityFlags = z.strictObject({
  data: textFlag().optional().describe(
    "folder of videos: a table of all measures on whole and damaged clips of it, in place of the figure",
  ),
  clips: wholeNumber(4).optional().describe(
    "clips of each of the two sets (default 512), or clips of the folder (default 64)",
  ),
  frames: wholeNumber(3).optional().describe(
    "frames of each clip of the folder; without it, all must have as many",
  ),
  fps: numberFlag({ above: 0 }).optional().describe(
    "frames per second of each clip of the folder; without it, all must have the same",
  ),
  size: z.string().regex(/^[1-9]\d*x[1-9]\d*$/, "must be like 64x64")
    .optional().describe(
      "pixels, width x height, that each frame of the folder is scaled to; without it, all must have the same",
    ),
  out: z.string().regex(/\.png$/, "must end in .png").default(
    "runs/fwd_sensitivity.png",
  ).describe("picture of the curves"),
  overwrite: overwriteFlag,
  weights: textFlag().default(WEIGHTS_FOLDER).describe(
    "folder of converted weights",
  ),
  world3d: textFlag().default(WORLD3D_WEIGHTS).describe(
    "weights of the feature network",
  ),
  device: deviceFlag,
  json: z.boolean().default(false).describe("print the values as JSON"),
});

/** Flags, checked. */
type SensitivityOptions = z.infer<typeof sensitivityFlags>;

/** `deno task sensitivity`: how measures grow with damage, as a figure or a table. */
async function main(
  { data, ...options }: SensitivityOptions,
  signal: AbortSignal,
): Promise<number> {
  return data === undefined
    ? await drawFigure(options)
    : await printTable(data, options, signal);
}

async function printTable(
  data: string,
  { clips = 64, weights, world3d: path, device: choice, json, ...shape }: Omit<
    SensitivityOptions,
    "data"
  >,
  signal: AbortSignal,
): Promise<number> {
  using device = await openDevice(choice);
  using inception = await openedInception(device, weights);
  using world3d = await trainedWorld3d(device, path);
  const found = await sensitivityOfVideos(
    { data, clips, ...shape },
    { inception, world3d, progress: terminalProgress(), signal },
  );
  print(
    json
      ? JSON.stringify(found, null, 2)
      : tableBundle(sensitivityTable(found))["text/plain"] as string,
  );
  return 0;
}

async function drawFigure(
  { clips = 512, out, overwrite, world3d, device: choice, json }: Omit<
    SensitivityOptions,
    "data"
  >,
): Promise<number> {
  await assertReplaceable([out], overwrite, "--out");
  await assertWritableFile(out, "--out");
  using device = await openDevice(choice);
  using network = await trainedWorld3d(device, world3d);
  // Nothing is trained: the plan gives the held-out clips alone.
  const examples = new World3dExamples(
    world3dPlan({ appearance: 1, motion: 1 }),
  );
  const fwd = await sensitivity(network, examples, clips, terminalProgress());
  await makeWritableFolder(dirname(out), "--out");
  await writePng(out, await svgImage(sensitivityFigure(fwd, clips)));
  if (json) print(JSON.stringify({ clips, strengths: STRENGTHS, fwd }));
  log(`figure: ${out}`);
  return 0;
}

/** How FWD grows with each damage, as an SVG picture. */
export function sensitivityFigure(
  fwd: Readonly<Record<string, readonly number[]>>,
  clips: number,
): string {
  return staticPlot({
    title:
      `FWD between ${clips} real clips and ${clips} others that were damaged`,
    xLabel: "strength: noise of 0.2, 12 blurs, all frames shuffled, " +
      "all clips reversed at 1",
    yLabel: "FWD",
    logY: true,
    series: Object.entries(fwd).map(([name, y]) => ({
      name,
      x: [...STRENGTHS],
      y,
    })),
  });
}

if (import.meta.main) {
  await runProgram({
    usage: "deno task sensitivity",
    purpose:
      "Draws how FWD grows with damage of clips of the world, or tables all measures of damaged clips of a folder.",
    flags: sensitivityFlags,
    run: main,
  });
}
