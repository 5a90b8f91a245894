import { type Clip, Rng } from "../../core/mod.ts";
import { decodeClip } from "../../dataset/decode/mod.ts";
import { writeMp4 } from "../../dataset/encode/mod.ts";
import {
  captionOf,
  DEMO_CAPTION,
  demoScene,
  renderClip,
  sampleScene,
} from "../../dataset/synthetic/mod.ts";
import type { DemoPlan } from "./plan.ts";

/** A clip and what it shows. */
export interface CaptionedClip {
  readonly clip: Clip;
  readonly caption: string;
}

/**
 * The clip to learn: from the video, or rendered, encoded and decoded again, so
 * that both go through the same door.
 *
 * @param renderedPath Where a rendered clip is written.
 */
export async function clipToLearn(
  video: string | undefined,
  caption: string | undefined,
  plan: DemoPlan,
  renderedPath: string,
): Promise<CaptionedClip> {
  if (video !== undefined) {
    return {
      clip: await decodeClip(video, plan.clip),
      caption: caption ?? titleOf(video),
    };
  }
  await writeMp4(renderedPath, renderClip(demoScene, plan.clip));
  return {
    clip: await decodeClip(renderedPath, plan.clip),
    caption: caption ?? DEMO_CAPTION,
  };
}

/** Rendered clips with captions of their own. */
export function otherClips(plan: DemoPlan): CaptionedClip[] {
  return Array.from({ length: plan.others }, (_, i) => {
    const scene = sampleScene(new Rng(plan.seed).fork(`other ${i}`));
    return {
      clip: renderClip(scene, plan.clip),
      caption: captionOf(scene),
    };
  });
}

/** `path/to/red_kite-2.mp4` -> `red kite 2`. */
function titleOf(path: string): string {
  const name = path.split(/[\\/]/).at(-1)!.replace(/\.[^.]*$/, "");
  return name.replaceAll(/[_\-.]+/g, " ").trim() || "a video";
}
