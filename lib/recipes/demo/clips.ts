import type { Clip } from "../../core/mod.ts";
import { caption as captionOf } from "../../dataset/captions/mod.ts";
import { decodeClip } from "../../dataset/decode/mod.ts";
import { writeMp4 } from "../../dataset/encode/mod.ts";
import {
  demoScene,
  renderScene,
  sceneSpec,
} from "../../dataset/synthetic/mod.ts";
import type { DemoPlan } from "./plan.ts";

/** A clip and what it shows. */
export interface CaptionedClip {
  readonly clip: Clip;
  readonly caption: string;
}

/** The beginning of a video, in the sizes of the plan. */
export async function videoClip(
  video: string,
  caption: string | undefined,
  plan: DemoPlan,
): Promise<CaptionedClip> {
  return {
    clip: await decodeClip(video, plan.clip),
    caption: caption ?? titleOf(video),
  };
}

/**
 * A clip of the project's own: rendered, encoded and decoded again, so that it
 * comes through the same door as a video.
 *
 * @param path Where the rendered video lies. It is rendered once: encoders do
 *   not give the same pictures twice, and a run goes on with the clip it has.
 */
export async function renderedClip(
  path: string,
  caption: string | undefined,
  plan: DemoPlan,
): Promise<CaptionedClip> {
  const found = await Deno.stat(path).catch(() => undefined);
  if (!found) {
    await writeMp4(path, await renderScene(demoScene, plan.clip));
  }
  return await videoClip(
    path,
    caption ?? await captionOf(demoScene.labels, "en"),
    plan,
  );
}

/** Clips of phase 1 of the synthetic world, with their captions. */
export async function otherClips(
  { seed, others, clip }: DemoPlan,
): Promise<CaptionedClip[]> {
  return await Promise.all(Array.from({ length: others }, async (_, index) => {
    const scene = sceneSpec({ seed, phase: 1, split: "train", index });
    return {
      clip: await renderScene(scene, clip),
      caption: await captionOf(scene.labels, "en"),
    };
  }));
}

/** `path/to/red_kite-2.mp4` -> `red kite 2`. */
function titleOf(path: string): string {
  const name = path.split(/[\\/]/).at(-1)!.replace(/\.[^.]*$/, "");
  return name.replaceAll(/[_\-.]+/g, " ").trim() || "a video";
}
