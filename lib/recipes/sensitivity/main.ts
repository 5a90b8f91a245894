import { openDevice } from "../../compiler/mod.ts";
import type { Clip } from "../../core/mod.ts";
import { terminalProgress } from "../../core/progress/mod.ts";
import { svgImage, writePng } from "../../dataset/encode/mod.ts";
import { log, print, runProgram } from "../command_line/mod.ts";
import { trainedWorld3d } from "../metrics/networks.ts";
import { World3dExamples } from "../world3d/examples.ts";
import { world3dPlan } from "../world3d/plan.ts";
import { sensitivity, STRENGTHS } from "../world3d/sensitivity.ts";
import { sensitivityFigure } from "./figure.ts";
import { sensitivityFlags, type SensitivityOptions } from "./options.ts";

/** `deno task sensitivity`: what FWD sees, as a figure. */
async function main(options: SensitivityOptions): Promise<number> {
  const { clips, out } = options;
  using device = await openDevice(options.device);
  using network = await trainedWorld3d(device, options.world3d);
  // Nothing is trained: of the plan, the clips alone count.
  const plan = world3dPlan({ appearance: 1, motion: 1 });
  const examples = new World3dExamples(plan);
  const oneWay = examples.oneWay(2 * clips);
  const film = async (index: number): Promise<Clip> =>
    (await examples.film(oneWay[index]!)).clip;
  const found = await sensitivity(network, film, clips, terminalProgress());
  await writePng(out, await svgImage(sensitivityFigure(found, clips)));
  if (options.json) {
    print(JSON.stringify({ clips, strengths: STRENGTHS, fwd: found }));
  }
  log(`figure: ${out}`);
  return 0;
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
