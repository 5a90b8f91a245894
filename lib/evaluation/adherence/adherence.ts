import type { Clip } from "../../core/mod.ts";
import {
  type Labels,
  objectKind,
  PAINTS,
} from "../../dataset/vocabulary/mod.ts";
import { correctClasses, type World3dPrediction } from "../world3d/mod.ts";
import { judgeByGeometry } from "./judge.ts";
import type { Attribute } from "./scores.ts";

/** Motions that do not move the centroid. */
const IN_PLACE: readonly string[] = [
  "clockwise",
  "counter-clockwise",
  "growing",
  "still",
];

/**
 * Whether a clip shows its labels: object, colour and motion by world3d;
 * direction, hue and number by geometry, for a single subject before a still
 * camera.
 * Null where the labels do not name the attribute, or it cannot be measured.
 *
 * @param classes Prediction of world3d for the clip.
 */
export function adherenceOf(
  labels: Labels,
  clip: Clip,
  { classes }: Pick<World3dPrediction, "classes">,
): Record<Attribute, boolean | null> {
  const { object, colour, motion } = correctClasses(labels, classes);
  const [subject, ...others] = labels.subjects;
  const movesAlong = others.length === 0 && labels.camera === "still" &&
    !IN_PLACE.includes(subject!.motion);
  const judged = movesAlong ? judgeByGeometry(clip, PAINTS) : undefined;
  const paint = objectKind(subject!.object).paint;
  return {
    object,
    colour,
    motion,
    direction: judged ? judged.direction === subject!.motion : null,
    hue: judged && paint ? judged.colour === paint : null,
    // Pictures of things may have parts that do not touch.
    "one subject": judged && paint ? judged.subjects === 1 : null,
  };
}
