import { describeDevice, openDevice } from "../../compiler/mod.ts";
import { terminalProgress } from "../../core/progress/mod.ts";
import { saveWorld3d, type World3dParameters } from "../../evaluation/mod.ts";
import { openJsonl } from "../../formats/jsonl/mod.ts";
import {
  loadCheckpoint,
  saveCheckpoint,
  type TrainState,
} from "../../trainer/mod.ts";
import { runProgram, say } from "../command_line/mod.ts";
import { writeCard } from "./card.ts";
import { type Accuracies, heldOutAccuracy } from "./held_out.ts";
import { world3dFlags, type World3dOptions } from "./options.ts";
import { world3dPlan } from "./plan.ts";
import { trainWorld3d } from "./training.ts";

/** Seconds between checkpoints. */
const SAVE_EVERY = 60;

/** `deno task world3d`: trains the feature network and writes its card. */
async function world3d(
  options: World3dOptions,
  signal: AbortSignal,
): Promise<number> {
  const { out, steps, heldOut } = options;
  const plan = world3dPlan(steps);
  const progress = terminalProgress();
  using device = await openDevice(options.device, {
    ...(options.threads && { threads: options.threads }),
  });
  say(await describeDevice(device));
  await Deno.mkdir(out, { recursive: true });
  const path = `${out}/world3d.safetensors`;
  const resume = await loadCheckpoint<TrainState<World3dParameters>>(
    path,
    plan,
  );
  using metrics = openJsonl(`${out}/metrics.jsonl`, {
    atBytes: resume?.metricsBytes ?? 0,
  });
  let seconds = resume?.seconds ?? 0;
  const parameters = await trainWorld3d({
    plan,
    device,
    resume,
    metrics,
    progress,
    saveEvery: SAVE_EVERY,
    async save(checkpoint) {
      seconds = checkpoint.seconds;
      await saveCheckpoint(path, checkpoint, plan);
    },
    signal,
    clock: () => performance.now(),
  });
  const accuracies: [phase: number, Accuracies][] = [];
  for (const [phase] of plan.phases) {
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
  const card = `${options.export}/README.md`;
  await writeCard(card, {
    plan,
    accuracies,
    heldOut,
    seconds,
    weights,
    device,
  });
  say(`weights: ${weights}, card: ${card}`);
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
