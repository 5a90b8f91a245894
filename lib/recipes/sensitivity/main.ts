import { dirname } from "node:path";
import * as z from "zod";
import { openDevice } from "../../compiler/mod.ts";
import { assertWritableFile, makeWritableFolder } from "../../core/mod.ts";
import { terminalProgress } from "../../core/progress/mod.ts";
import { svgImage, writePng } from "../../dataset/encode/mod.ts";
import {
  sensitivity,
  STRENGTHS,
  World3dExamples,
} from "../../evaluation/world3d/mod.ts";
import { staticPlot } from "../../notebook/mod.ts";
import {
  deviceFlag,
  log,
  print,
  runProgram,
  textFlag,
  wholeNumber,
} from "../command_line/mod.ts";
import { trainedWorld3d } from "../metrics/networks.ts";
import { WORLD3D_WEIGHTS } from "../weights/catalogue.ts";
import { world3dPlan } from "../world3d/training.ts";

/** Flags of `deno task sensitivity`. */
export const sensitivityFlags = z.strictObject({
  clips: wholeNumber(2).default(512).describe("clips of each of the two sets"),
  out: z.string().regex(/\.png$/, "must end in .png").default(
    "docs/fwd_sensitivity.png",
  ).describe("picture of the curves"),
  world3d: textFlag().default(WORLD3D_WEIGHTS).describe(
    "weights of the feature network",
  ),
  device: deviceFlag,
  json: z.boolean().default(false).describe("print the values as JSON"),
});

/** `deno task sensitivity`: FWD against the strength of damages, as a figure. */
async function main(
  { clips, out, world3d, device: choice, json }: z.infer<
    typeof sensitivityFlags
  >,
): Promise<number> {
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
      "Draws how FWD grows with noise, blur, shuffled frames and reversed time.",
    flags: sensitivityFlags,
    run: main,
  });
}
