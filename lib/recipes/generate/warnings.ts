import type { ClipShape } from "../../dataset/batches/mod.ts";
import { type TrainedModels, trainedShape } from "../../pipeline/mod.ts";

/** Strength of a motion above which steps leave what the model could have drawn. */
const MOST_STRENGTH = 6;

/** Requests that are allowed, but beyond what the models learned: a line each. */
export function warningsOf(
  { facts, vocabulary }: Pick<TrainedModels, "facts" | "vocabulary">,
  { frames, fps, prompts, motionStrength }:
    & Pick<ClipShape, "frames" | "fps">
    & {
      readonly prompts: readonly string[];
      /** Undefined without a motion. */
      readonly motionStrength: number | undefined;
    },
): string[] {
  const trained = trainedShape(facts.diffusion);
  const lines: string[] = [];
  if (frames > trained.frames || fps > trained.fps) {
    lines.push(
      `warning: ${frames} frames at ${fps} fps are beyond the training, ` +
        `${trained.frames} frames at ${trained.fps} fps: motion and pictures ` +
        "may break up",
    );
  }
  // Earlier versions recorded no fact, but packed an empty vocabulary.
  const isUnconditional = facts.diffusion.unconditional ??
    (vocabulary !== undefined && Object.keys(vocabulary).length === 0);
  if (isUnconditional && prompts.some((prompt) => prompt !== "")) {
    lines.push(
      "warning: the model was trained without captions: prompts do not change " +
        "what it draws",
    );
  }
  if (motionStrength !== undefined && motionStrength > MOST_STRENGTH) {
    lines.push(
      `warning: --motion-strength above ${MOST_STRENGTH} breaks the picture up: ` +
        `current value is ${motionStrength}`,
    );
  }
  return lines;
}
