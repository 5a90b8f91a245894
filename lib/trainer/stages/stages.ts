import { type Phase, PHASES } from "../../dataset/vocabulary/mod.ts";

/** The stages of a run, in order. */
export const STAGES = [
  "vae",
  "text",
  "phase1",
  "phase2",
  "phase3",
  "phase4",
  "phase5",
] as const;

/** Name of a stage. */
export type Stage = typeof STAGES[number];

const TITLES: Readonly<Record<Stage, string>> = {
  vae: "VAE, clips of all phases",
  text: "text encoder, captions of a clip in two languages",
  phase1: "simple objects",
  phase2: "compound scenes",
  phase3: "complex motion",
  phase4: "edge cases",
  phase5: "refinement, a mix of all",
};

/** Short description of a stage's data. */
export function titleOf(stage: Stage): string {
  return TITLES[stage];
}

/** The phase that a stage trains; undefined for VAE and text encoder. */
export function phaseOf(stage: string): Phase | undefined {
  return PHASES.find((phase) => stageOf(phase) === stage);
}

/** The stage that trains a phase. */
export function stageOf(phase: Phase): Stage {
  return `phase${phase}`;
}
