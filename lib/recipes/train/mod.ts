/**
 * Training in stages, the VAE and five phases, for commands and for notebooks.
 *
 * @module
 */
export { channelsOf } from "./channels.ts";
export { trainCommand } from "./command.ts";
export { phaseOf, type Stage, STAGES, titleOf } from "./curriculum.ts";
export { notebookFlags, trainOptions } from "./knobs.ts";
export { modelsOf } from "./models.ts";
export { trainFlags, type TrainOptions } from "./options.ts";
export { planOf } from "./plan.ts";
export { assertReady } from "./ready.ts";
export type { TrainHost } from "./run.ts";
export { allClips, phaseClips } from "./sources.ts";
export { timeSteps } from "./step_times.ts";
export { trainAll, trainPhase, trainText, trainVae } from "./train.ts";
