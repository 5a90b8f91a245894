import * as z from "zod";
import { describeDevice, openDevice } from "../../compiler/mod.ts";
import {
  assertReplaceable,
  assertWritableFolder,
  makeWritableFolder,
} from "../../core/mod.ts";
import { terminalProgress } from "../../core/progress/mod.ts";
import {
  type Accuracies,
  heldOutAccuracy,
  loadWorld3d,
  openWorld3d,
  saveWorld3d,
  sensitivity,
  World3dExamples,
} from "../../evaluation/world3d/mod.ts";
import {
  deviceFlag,
  log,
  overwriteFlag,
  runProgram,
  textFlag,
  wholeNumber,
} from "../command_line/mod.ts";
import { writeCard } from "./card.ts";
import { trainWorld3d, world3dPlan } from "./training.ts";

/** Flags of `deno task world3d`. */
export const world3dFlags = z.strictObject({
  out: textFlag().default("runs/world3d").describe(
    "folder of the run; a run that was interrupted there goes on",
  ),
  appearanceSteps: wholeNumber(1).default(5600).describe(
    "training steps of 128 pictures, for object and colour",
  ),
  motionSteps: wholeNumber(1).default(1500).describe(
    "training steps of 32 clips, for motion and camera",
  ),
  heldOut: wholeNumber(1).default(2000).describe(
    "clips of each phase on which the accuracy is measured",
  ),
  export: textFlag().optional().describe(
    "folder for the finished weights and their card (default: OUT/finished)",
  ),
  overwrite: overwriteFlag,
  device: deviceFlag,
  threads: wholeNumber(1).optional().describe(
    "threads of the CPU; all of them when left out",
  ),
});

/** Clips of each set whose distance is measured. */
const SENSITIVITY_CLIPS = 192;

/** What is written to `--export`. */
const WEIGHTS_FILE = "world3d.safetensors";
const CARD_FILE = "README.md";

/** `deno task world3d`: trains the feature network and writes its card. */
async function world3d(
  options: z.infer<typeof world3dFlags>,
  signal: AbortSignal,
): Promise<number> {
  const { heldOut, export: exported = `${options.out}/finished` } = options;
  const plan = world3dPlan({
    appearance: options.appearanceSteps,
    motion: options.motionSteps,
  });
  await assertWritableFolder(options.out, "--out");
  await assertReplaceable(
    [WEIGHTS_FILE, CARD_FILE].map((name) => `${exported}/${name}`),
    options.overwrite,
    "--export",
  );
  await assertWritableFolder(exported, "--export", [
    WEIGHTS_FILE,
    CARD_FILE,
  ]);
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
  const examples = new World3dExamples(plan);
  const accuracies: [phase: number, Accuracies][] = [];
  {
    using trained = await openWorld3d(device, {
      config: plan.network,
      parameters,
      digest: "in training",
    });
    for (const [phase] of plan.motion.phases) {
      accuracies.push([
        phase,
        await heldOutAccuracy(trained, examples, phase, heldOut, progress),
      ]);
    }
  }
  await makeWritableFolder(exported, "--export");
  const weights = `${exported}/${WEIGHTS_FILE}`;
  await saveWorld3d(weights, parameters, plan.network);
  using network = await openWorld3d(device, await loadWorld3d(weights));
  const card = `${exported}/${CARD_FILE}`;
  await writeCard(card, {
    plan,
    accuracies,
    heldOut,
    seconds,
    sensitivity: await sensitivity(
      network,
      examples,
      SENSITIVITY_CLIPS,
      progress,
    ),
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
