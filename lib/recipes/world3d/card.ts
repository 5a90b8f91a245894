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

A video classifier for object, colour, motion and camera. \`deno task evaluate\`
and \`deno task metrics\` use its classes to check prompts, and its ${
      network.features[0] + network.features[1]
    } features
for the Fréchet world distance (FWD) between sets of clips. It was trained on
the synthetic world only, and is most reliable for clips of that world.

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

Top-1 accuracy on ${heldOut} held-out clips of each phase. In clips of several
subjects, the class of any of them counts as correct.

| phase | ${WORLD_TASKS.join(" | ")} |
| ----- | ${WORLD_TASKS.map((task) => "-".repeat(task.length)).join(" | ")} |
${rows.join("\n")}

## Sensitivity of the distance

FWD between ${facts.sensitivityClips} held-out clips of phase 1 and ${facts.sensitivityClips} others after a damage of
strength 0 to 1. Full strength is noise with a standard deviation of 0.2, twelve
blurs over neighbouring pixels, all frames in random order, or all clips played
backwards. The clips move right, up or diagonally right, turn clockwise or grow,
because the world as a whole looks the same forwards and backwards. The first
column is the bias of sets of this size; read the others as differences from it.

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
