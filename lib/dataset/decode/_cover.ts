import { type HighDynamicRange, toneMapFilters } from "./_tone_map.ts";
import {
  type Orientation,
  orientationFilters,
  swapsSides,
} from "./_rotation.ts";

/** A picture as it is coded. */
export interface CodedPicture {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** Width of one pixel over its height; 1 = square. */
  readonly pixelAspect: number;
  readonly orientation: Orientation;
  /** Whether the file says how its luma and chroma make colours. */
  readonly hasColourMatrix: boolean;
  /** How it codes more light than a screen shows, if it does. */
  readonly highDynamicRange: HighDynamicRange | undefined;
  /** Whether it holds two moments, one in each other row. */
  readonly isInterlaced: boolean;
}

/** Coded height from which untagged video follows BT.709, as players assume. */
const HD_HEIGHT = 720;

/**
 * The picture that is left of an interlaced one when the rows of its later
 * moment are taken away, and the filter that does so. Half of the rows are
 * plenty for the sizes that models learn, and nothing has to be made up.
 */
export function oneMoment(
  picture: CodedPicture,
): { picture: CodedPicture; filters: string[] } {
  // One row cannot hold two moments.
  if (!picture.isInterlaced || picture.height < 2) {
    return { picture, filters: [] };
  }
  return {
    picture: {
      ...picture,
      height: Math.ceil(picture.height / 2),
      pixelAspect: picture.pixelAspect / 2,
      isInterlaced: false,
    },
    filters: ["field=type=top"],
  };
}

/**
 * FFmpeg filters that cover a `width` x `height` picture: the middle of the
 * source, of the asked aspect, scaled without aliasing, as packed 8-bit RGB.
 *
 * Cropping comes first, so that only what is kept is scaled, and turning last,
 * so that only the small picture is turned.
 */
export function coverFilters(
  coded: CodedPicture,
  width: number,
  height: number,
): string {
  const { picture: source, filters } = oneMoment(coded);
  const [targetWidth, targetHeight] = swapsSides(source.orientation)
    ? [height, width]
    : [width, height];
  const crop = centreCrop(source, targetWidth / targetHeight);
  const shrinks = crop.width > targetWidth || crop.height > targetHeight;
  // Area averages every source pixel once; enlarging wants a smooth curve.
  const kernel = shrinks ? "area" : "bicubic";
  return [
    ...filters,
    `crop=${crop.width}:${crop.height}:${crop.x}:${crop.y}`,
    `scale=${targetWidth}:${targetHeight}:flags=${kernel}+accurate_rnd+full_chroma_int${
      matrixOption(coded)
    }`,
    ...toneMapFilters(source.highDynamicRange),
    "format=rgb24",
    ...orientationFilters(source.orientation),
  ].join(",");
}

/** What the scaler is told of the colours of untagged video. */
export function matrixOption(
  { hasColourMatrix, height }: CodedPicture,
): string {
  return !hasColourMatrix && height >= HD_HEIGHT
    ? ":in_color_matrix=bt709"
    : "";
}

/** The largest part of a picture, about its centre, that is shown at an aspect. */
export function centreCrop(
  { width, height, pixelAspect }: CodedPicture,
  aspect: number,
): { x: number; y: number; width: number; height: number } {
  const shownAspect = width * pixelAspect / height;
  const keptWidth = aspect < shownAspect
    ? height * aspect / pixelAspect
    : width;
  const keptHeight = aspect < shownAspect
    ? height
    : width * pixelAspect / aspect;
  const crop = {
    width: Math.min(width, Math.max(1, Math.round(keptWidth))),
    height: Math.min(height, Math.max(1, Math.round(keptHeight))),
  };
  return {
    ...crop,
    x: Math.floor((width - crop.width) / 2),
    y: Math.floor((height - crop.height) / 2),
  };
}
