/**
 * A synthetic world: scenes from seeds, rendered as clips with exact labels, in
 * any number.
 *
 * @module
 */
export { type CaptionPair, captionPairs } from "./caption_pairs.ts";
export { syntheticClips, type SyntheticOptions } from "./clips.ts";
export { demoScene } from "./demo_scene.ts";
export {
  type GroundTruth,
  groundTruth,
  type SubjectTruth,
} from "./ground_truth.ts";
export { phaseSheet } from "./phase_sheet.ts";
export { renderScene } from "./render_scene.ts";
export { type SceneKey, type SceneSpec, sceneSpec } from "./scene_spec.ts";
export { Sprites } from "./sprites.ts";
