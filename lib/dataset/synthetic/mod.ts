/**
 * Videos made up on the spot, with exact labels: the same for the same seed.
 *
 * @module
 */
export * from "./demo.ts";
export * from "./render.ts";
export * from "./scene.ts";
export { type CaptionPair, captionPairs } from "./caption_pairs.ts";
export { syntheticClips, type SyntheticOptions } from "./clips.ts";
export { filmTake } from "./film.ts";
export { phaseSheet, type PhaseSheetOptions } from "./phase_sheet.ts";
export { Sprites } from "./sprites.ts";
export type { Scenery } from "./_scenery.ts";
export type { Subject } from "./_subjects.ts";
export { type CameraPlan, planTake, type Take, type TakeName } from "./take.ts";
export { type SubjectTruth, type Truth, truthOf } from "./truth.ts";
