import {
  type Labels,
  MOTION_IDS,
  OBJECT_KINDS,
  objectKind,
  PAINTS,
} from "../../dataset/vocabulary/mod.ts";
import type { TextConfig } from "../../models/text/mod.ts";

/** Maximum number of characters of a caption; enough for one subject. */
const MAX_CHARACTERS = 48;

/** The text encoder's configuration for captions of the synthetic world, which are short. */
export function captionConfigOf(config: TextConfig): TextConfig {
  return {
    ...config,
    maxCharacters: Math.min(MAX_CHARACTERS, config.maxCharacters),
  };
}

/** Questions about the first subject of a clip, with all possible answers. */
export const QUESTIONS: Readonly<Record<string, Question>> = {
  object: {
    answers: OBJECT_KINDS.map(({ id }) => id),
    of: ({ object }) => object,
  },
  colour: {
    answers: [...Object.keys(PAINTS), "none"],
    of: ({ object }) => objectKind(object).paint ?? "none",
  },
  motion: { answers: MOTION_IDS, of: ({ motion }) => motion },
};

interface Question {
  readonly answers: readonly string[];
  of(subject: Labels["subjects"][number]): string;
}
