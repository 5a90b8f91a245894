import { swapsSides } from "./_rotation.ts";
import type { VideoSource } from "./_video_source.ts";

/** What a video file says about itself. */
export interface VideoInfo {
  /** As it was given. */
  readonly path: string;
  /** Pixels as displayed: rotation and pixel aspect are honoured. */
  readonly width: number;
  /** Pixels as displayed. */
  readonly height: number;
  /** Frames per second, on average where the rate varies. */
  readonly fps: number;
  /** Seconds. */
  readonly durationSeconds: number;
  /** Counted by the container, or else estimated from duration and rate. */
  readonly frames: number;
  /** FFmpeg's name: `h264`, `vp9`, `gif`. */
  readonly codec: string;
}

/** Width and height of a video as it is shown, in pixels. */
export function shownSize(
  { picture }: VideoSource,
): { width: number; height: number } {
  const width = Math.max(1, Math.round(picture.width * picture.pixelAspect));
  const { height } = picture;
  return swapsSides(picture.orientation)
    ? { width: height, height: width }
    : { width, height };
}
