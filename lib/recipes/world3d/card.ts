import type { Device } from "../../compiler/mod.ts";
import { writeFileAtomically } from "../../core/mod.ts";
import {
  type Accuracies,
  STRENGTHS,
  WORLD_TASKS,
} from "../../evaluation/world3d/mod.ts";
import type { World3dPlan, World3dStage } from "./training.ts";

/** Facts of the model card. */
interface CardFacts {
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

/** Writes the model card beside the weights. */
export async function writeCard(
  path: string,
  { plan, accuracies, heldOut, seconds, weights, device, ...facts }: CardFacts,
): Promise<void> {
  const { network, appearance, motion } = plan;
  const stepsOf = ({ training }: World3dStage): number =>
    training.schedule.totalSteps;
  const { size } = await Deno.stat(weights);
  const rows = accuracies.map(([phase, found]) =>
    `| ${phase} | ${
      WORLD_TASKS.map((task) => percent(found[task])).join(" | ")
    } |`
  );
  const counts = WORLD_TASKS.map((task) =>
    `${network.classes[task].length} ${task} names`
  );
  await writeFileAtomically(
    path,
    `# world3d

The feature network of the Fréchet world distance (FWD): it classifies object,
colour, motion and camera of a clip, and its ${
      network.features[0] + network.features[1]
    } features represent the clip in
distances between sets. Trained on the synthetic world alone, so its distances
mean most for clips of that world.

- Input: ${network.frames} frames of ${network.size}x${network.size} pixels at ${network.fps} fps, RGB in [0,1]
- Classes: ${counts.join(", ")}
- Weights: half precision, ${(size / 1e6).toFixed(1)} MB
- Training: ${stepsOf(appearance)} steps of ${appearance.batch} pictures and ${
      stepsOf(motion)
    } steps of ${motion.batch} clips; ${
      (seconds / 60).toFixed(0)
    } minutes on device ${device.name} (${device.description})
- Made by \`deno task world3d --appearance-steps ${
      stepsOf(appearance)
    } --motion-steps ${stepsOf(motion)}\`

## Accuracy

Share of ${heldOut} held-out clips of each phase whose likeliest class is correct:
that of the subject, or of one of several.

| phase | ${WORLD_TASKS.join(" | ")} |
| ----- | ${WORLD_TASKS.map((task) => "-".repeat(task.length)).join(" | ")} |
${rows.join("\n")}

## Sensitivity of the distance

FWD between ${facts.sensitivityClips} held-out clips of phase 1 and ${facts.sensitivityClips} others that were damaged, at
strengths from 0 to 1 (noise with a standard deviation of 0.2, twelve blurs by
neighbours, all frames in another order, all clips back to front). The clips go right, up or to
the right up or down, turn clockwise or grow: the world as a whole is the same
forwards and backwards. Sets this small have a bias,
the first column: the others count by how far they lie above it.

| damage | ${STRENGTHS.join(" | ")} |
| ------ | ${
      STRENGTHS.map((strength) => "-".repeat(String(strength).length)).join(
        " | ",
      )
    } |
${
      Object.entries(facts.sensitivity).map(([damage, values]) =>
        `| ${damage} | ${
          values.map((x) => Number(x.toPrecision(3))).join(" | ")
        } |`
      ).join("\n")
    }
`,
  );
}

function percent(share: number | null): string {
  return share === null ? "-" : `${(100 * share).toFixed(1)} %`;
}
