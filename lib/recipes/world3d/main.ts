import { describeDevice, openDevice } from "../../compiler/mod.ts";
import type { Clip } from "../../core/mod.ts";
import { terminalProgress } from "../../core/progress/mod.ts";
import {
  loadWorld3d,
  openWorld3d,
  saveWorld3d,
} from "../../evaluation/world3d/mod.ts";
import { log, runProgram } from "../command_line/mod.ts";
import { writeCard } from "./card.ts";
import { type Accuracies, heldOutAccuracy } from "./held_out.ts";
import { World3dExamples } from "./examples.ts";
import { world3dFlags, type World3dOptions } from "./options.ts";
import { world3dPlan } from "./plan.ts";
import { sensitivity } from "./sensitivity.ts";
import { trainWorld3d } from "./training.ts";

/** Clips of each set whose distance is measured. */
const SENSITIVITY_CLIPS = 192;

/** `deno task world3d`: trains the feature network and writes its card. */
async function world3d(
  options: World3dOptions,
  signal: AbortSignal,
): Promise<number> {
  const { heldOut } = options;
  const plan = world3dPlan({
    appearance: options.appearanceSteps,
    motion: options.motionSteps,
  });
  const progress = terminalProgress();
  using device = await openDevice(options.device, {
    ...(options.threads && { threads: options.threads }),
  });
  log(await describeDevice(device));
  const { parameters, seconds } = await trainWorld3d({
    plan,
    folder: options.out,
    device,
    progress,
    signal,
    clock: () => performance.now(),
  });
  const accuracies: [phase: number, Accuracies][] = [];
  for (const [phase] of plan.motion.phases) {
    accuracies.push([
      phase,
      await heldOutAccuracy(parameters, plan, phase, heldOut, {
        device,
        progress,
      }),
    ]);
  }
  await Deno.mkdir(options.export, { recursive: true });
  const weights = `${options.export}/world3d.safetensors`;
  await saveWorld3d(weights, parameters, plan.network);
  using network = await openWorld3d(device, await loadWorld3d(weights));
  const examples = new World3dExamples(plan);
  const oneWay = examples.oneWay(2 * SENSITIVITY_CLIPS);
  const film = async (index: number): Promise<Clip> =>
    (await examples.film(oneWay[index]!)).clip;
  const card = `${options.export}/README.md`;
  await writeCard(card, {
    plan,
    accuracies,
    heldOut,
    seconds,
    sensitivity: await sensitivity(network, film, SENSITIVITY_CLIPS, progress),
    sensitivityClips: SENSITIVITY_CLIPS,
    weights,
    device,
  });
  log(`weights: ${weights}, card: ${card}`);
  return 0;
}

if (import.meta.main) {
  await runProgram({
    usage: "deno task world3d",
    purpose:
      "Trains world3d, the feature network of FWD, on the synthetic world, and measures it on held-out clips.",
    flags: world3dFlags,
    run: world3d,
  });
}
