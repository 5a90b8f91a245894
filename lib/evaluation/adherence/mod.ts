/**
 * Prompt adherence: whether clips show what their prompts name.
 *
 * @module
 */
export * from "./adherence.ts";
export * from "./count_subjects.ts";
export * from "./judge.ts";
export * from "./scores.ts";
export * from "./track.ts";
