/**
 * Training in stages, the VAE and five phases, for commands and for notebooks.
 *
 * @module
 */
export { type Stage, STAGES, titleOf } from "./curriculum.ts";
export { trainFlags, type TrainOptions } from "./options.ts";
export { planOf } from "./plan.ts";
export type { TrainHost } from "./run.ts";
export { allClips, phaseClips } from "./sources.ts";
export { trainAll, trainPhase, trainText, trainVae } from "./train.ts";
