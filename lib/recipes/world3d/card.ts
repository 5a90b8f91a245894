import type { Device } from "../../compiler/mod.ts";
import { writeFileAtomically } from "../../core/mod.ts";
import { WORLD_TASKS } from "../../evaluation/world3d/mod.ts";
import type { Accuracies } from "./held_out.ts";
import type { World3dPlan } from "./plan.ts";
import { STRENGTHS } from "./sensitivity.ts";

/** What is known of a trained network. */
export interface CardFacts {
  readonly plan: World3dPlan;
  /** Measured with the weights as they are trained, before rounding. */
  readonly accuracies: readonly (readonly [phase: number, Accuracies])[];
  /** Held-out clips of each phase. */
  readonly heldOut: number;
  /** Seconds of training. */
  readonly seconds: number;
  /** FWD of sets of so many clips, one of them spoilt, by damage and strength. */
  readonly sensitivity: Readonly<Record<string, readonly number[]>>;
  readonly sensitivityClips: number;
  /** Path of the weights. */
  readonly weights: string;
  readonly device: Pick<Device, "name" | "description">;
}

/** How long a stage is. */
interface StageSize {
  readonly batch: number;
  readonly steps: number;
}

/** Writes the card that lies beside the weights. */
export async function writeCard(path: string, facts: CardFacts): Promise<void> {
  await writeFileAtomically(path, await cardText(facts));
}

async function cardText(
  { plan, accuracies, heldOut, seconds, weights, device, ...facts }: CardFacts,
): Promise<string> {
  const { network } = plan;
  const [appearance, motion] = [plan.appearance, plan.motion].map((stage) => ({
    batch: stage.batch,
    steps: stage.training.schedule.totalSteps,
  })) as [StageSize, StageSize];
  const { size } = await Deno.stat(weights);
  const rows = accuracies.map(([phase, found]) =>
    `| ${phase} | ${
      WORLD_TASKS.map((task) => percent(found[task])).join(" | ")
    } |`
  );
  const counts = WORLD_TASKS.map((task) =>
    `${network.classes[task].length} ${task} names`
  );
  return `# world3d

The feature network of the Fréchet world distance (FWD): it tells object,
colour, motion and camera of a clip, and its ${
    network.features[0] + network.features[1]
  } features stand for the clip in
distances between sets. Trained on the synthetic world alone, so its distances
mean most for clips of that world.

- Input: ${network.frames} frames of ${network.size}x${network.size} pixels at ${network.fps} fps, RGB in [0,1]
- Answers: ${counts.join(", ")}
- Weights: half precision, ${(size / 1e6).toFixed(1)} MB
- Training: ${appearance.steps} steps of ${appearance.batch} pictures and ${motion.steps} steps of ${motion.batch} clips; ${
    (seconds / 60).toFixed(0)
  } minutes on device ${device.name} (${device.description})
- Made by \`deno task world3d --appearance-steps ${appearance.steps} --motion-steps ${motion.steps}\`

## Accuracy

The share of ${heldOut} held-out clips of each phase whose likeliest answer is right;
for several subjects, the answer for one of them.

| phase | ${WORLD_TASKS.join(" | ")} |
| ----- | ${WORLD_TASKS.map((task) => "-".repeat(task.length)).join(" | ")} |
${rows.join("\n")}

## What the distance sees

FWD between ${facts.sensitivityClips} held-out clips of phase 1 and ${facts.sensitivityClips} others that were spoilt, from
not at all to strongly (noise of deviation 0.2, twelve blurs by neighbours, all
frames in another order, all clips back to front). The clips go right, up or to
the right up or down, turn clockwise or grow: the world as a whole is the same
forwards and backwards. Sets this small have a bias,
the first column; what counts is how far the others lie above it.

| damage | ${STRENGTHS.join(" | ")} |
| ------ | ${
    STRENGTHS.map((strength) => "-".repeat(String(strength).length)).join(" | ")
  } |
${
    Object.entries(facts.sensitivity).map(([damage, values]) =>
      `| ${damage} | ${
        values.map((x) => Number(x.toPrecision(3))).join(" | ")
      } |`
    ).join("\n")
  }
`;
}

function percent(share: number | null): string {
  return share === null ? "-" : `${(100 * share).toFixed(1)} %`;
}
