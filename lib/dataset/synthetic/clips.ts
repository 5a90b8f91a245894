import type { Rng } from "../../core/mod.ts";
import type { ClipShape, ClipSource } from "../batches/clip_source.ts";
import { checkLanguages, sampleCaption } from "../captions/mod.ts";
import type { Phase } from "../vocabulary/mod.ts";
import { renderScene } from "./render_scene.ts";
import { type SceneSpec, sceneSpec } from "./scene_spec.ts";
import { Sprites } from "./sprites.ts";

/** Which synthetic clips, and the languages of their captions. */
export interface SyntheticOptions {
  readonly phase: Phase;
  /** The splits are disjoint. */
  readonly split: "train" | "validation";
  /** A whole number; each seed has other scenes. */
  readonly seed: number;
  /** Clips in one epoch. */
  readonly length: number;
  /** BCP 47 tags, of those in `LANGUAGES`; English alone if absent. */
  readonly languages?: readonly string[];
}

/**
 * A source of synthetic clips, rendered on demand.
 *
 * @throws {InputError} naming a language that is not in `LANGUAGES`
 *
 * @example
 * ```ts
 * import { Rng } from "lib/core/mod.ts";
 * import { syntheticClips } from "lib/dataset/synthetic/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const clips = syntheticClips({ phase: 1, split: "train", seed: 0, length: 100 });
 * const shape = { frames: 16, height: 64, width: 64, fps: 8 };
 * const { clip, language } = await clips.clipAt(7, shape, new Rng(0));
 * assert.equal(clip.frames, 16);
 * assert.equal(language, "en");
 * ```
 */
export function syntheticClips(
  { phase, split, seed, length, languages = ["en"] }: SyntheticOptions,
): ClipSource {
  checkLanguages(languages);
  const sprites = new Sprites();
  const sceneAt = (index: number): SceneSpec =>
    sceneSpec({ seed, phase, split, index });
  return {
    name: `synthetic phase ${phase} ${split}`,
    length,
    async clipAt(index: number, shape: ClipShape, rng: Rng) {
      const scene = sceneAt(index);
      return {
        id: `synthetic/${seed}/${phase}/${split}/${index}`,
        clip: await renderScene(scene, shape, sprites),
        ...await sampleCaption(scene.labels, languages, rng),
      };
    },
    captionAt: (index, rng) =>
      sampleCaption(sceneAt(index).labels, languages, rng),
  };
}
