/**
 * Workers: they take jobs from the queue and draw their videos.
 *
 * @module
 */
export * from "./artist.ts";
export * from "./artists.ts";
export * from "./content_filter.ts";
export * from "./nsfw_filter.ts";
export * from "./pipeline_artist.ts";
export * from "./presence.ts";
export * from "./run.ts";
export * from "./stand_in_artist.ts";
export * from "./work.ts";
