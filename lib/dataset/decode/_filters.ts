import { firstFieldOf, type Frame, hasAlpha } from "../ffmpeg/mod.ts";
import {
  type Orientation,
  orientationFilters,
  swapsAxes,
} from "./_orientation.ts";

/** The format of coded frames. */
export interface CodedFormat {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** Width of one pixel over its height; 1 = square. */
  readonly pixelAspect: number;
  readonly orientation: Orientation;
  /** Whether the file states its YUV to RGB matrix. */
  readonly hasColourMatrix: boolean;
  /** FFmpeg's name of the transfer function of HDR video: PQ or HLG. */
  readonly highDynamicRange: "smpte2084" | "arib-std-b67" | undefined;
  /** The earlier of two fields of different times; undefined for whole frames. */
  readonly firstField: "top" | "bottom" | undefined;
  /** Whether pixels may be transparent. */
  readonly hasAlpha: boolean;
}

/** Untagged video of this height or more is BT.709, as players assume; pixels. */
const HD_HEIGHT = 720;

/** Luminance of diffuse white in HDR video, cd/m2 (ITU-R BT.2408). */
const DIFFUSE_WHITE = 203;

/** The format of one frame: size and fields may change within a video. */
export function formatOfFrame(coded: CodedFormat, frame: Frame): CodedFormat {
  const { width, height } = frame;
  return {
    ...coded,
    width,
    height,
    firstField: firstFieldOf(frame),
    hasAlpha: hasAlpha(frame),
  };
}

/**
 * FFmpeg filters that scale a frame without aliasing to cover `width` x
 * `height`, cropped at its centre, as packed 8-bit RGB.
 *
 * Cropping comes first, so that only the kept part is scaled; rotation last, so
 * that only the small frame is rotated.
 */
export function coverFilters(
  coded: CodedFormat,
  width: number,
  height: number,
): string {
  const { format, filters } = earlierField(coded);
  const [targetWidth, targetHeight] = swapsAxes(format.orientation)
    ? [height, width]
    : [width, height];
  const crop = centreCrop(format, targetWidth / targetHeight);
  const shrinks = crop.width > targetWidth || crop.height > targetHeight;
  // Area averages every source pixel once; bicubic interpolates smoothly.
  const kernel = shrinks ? "area" : "bicubic";
  return [
    ...filters,
    `crop=${crop.width}:${crop.height}:${crop.x}:${crop.y}`,
    ...backgroundFilters(coded),
    `scale=${targetWidth}:${targetHeight}:flags=${kernel}+accurate_rnd+full_chroma_int${
      matrixOption(coded)
    }`,
    ...toneMapFilters(format),
    "format=rgb24",
    ...orientationFilters(format.orientation),
  ].join(",");
}

/**
 * FFmpeg filters that scale a whole frame to `width` x `height` as displayed,
 * as planar full-range YUV 4:4:4.
 */
export function downscaleFilters(
  coded: CodedFormat,
  width: number,
  height: number,
): string {
  const { format, filters } = earlierField(coded);
  const [w, h] = swapsAxes(format.orientation)
    ? [height, width]
    : [width, height];
  return [
    ...filters,
    ...backgroundFilters(coded),
    `scale=${w}:${h}:flags=area${matrixOption(coded)}`,
    ...toneMapFilters(format),
    "scale=out_range=full",
    "format=yuv444p",
    ...orientationFilters(format.orientation),
  ].join(",");
}

/** The largest part of a frame, about its centre, of an aspect as displayed. */
export function centreCrop(
  { width, height, pixelAspect }: CodedFormat,
  aspect: number,
): { x: number; y: number; width: number; height: number } {
  const displayAspect = width * pixelAspect / height;
  const keptWidth = aspect < displayAspect
    ? height * aspect / pixelAspect
    : width;
  const keptHeight = aspect < displayAspect
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

/**
 * The format of the earlier field of interlaced frames, and the filter that keeps
 * it. Half of the rows suffice for the sizes that models are trained on, and
 * none are interpolated.
 */
function earlierField(
  coded: CodedFormat,
): { format: CodedFormat; filters: string[] } {
  // A single row has no second field.
  if (coded.firstField === undefined || coded.height < 2) {
    return { format: coded, filters: [] };
  }
  return {
    format: {
      ...coded,
      height: Math.ceil(coded.height / 2),
      pixelAspect: coded.pixelAspect / 2,
      firstField: undefined,
    },
    filters: [`field=type=${coded.firstField}`],
  };
}

/**
 * FFmpeg filters that composite a frame with alpha on white, as opaque RGB; none
 * for other frames. Animations with transparency are drawn for light pages:
 * black outlines and text would vanish on black. FFmpeg's GIF decoder states
 * white for transparent pixels, too.
 */
function backgroundFilters(coded: CodedFormat): string[] {
  if (!coded.hasAlpha) return [];
  return [
    `scale=flags=accurate_rnd+full_chroma_int${matrixOf(coded)}`,
    "format=rgba",
    // `overlay` waits for frames whose times do not increase.
    "setpts=N",
    "split[image][copy];[copy]drawbox=color=white:thickness=fill:replace=1[white];" +
    "[white][image]overlay=format=rgb",
    "format=rgb24",
  ];
}

/** The scaler's option for the YUV to RGB matrix; RGB needs none. */
function matrixOption(coded: CodedFormat): string {
  return coded.hasAlpha ? "" : matrixOf(coded);
}

function matrixOf({ hasColourMatrix, height }: CodedFormat): string {
  return !hasColourMatrix && height >= HD_HEIGHT
    ? ":in_color_matrix=bt709"
    : "";
}

/**
 * FFmpeg filters that map HDR to SDR: to linear light, from BT.2020 to BT.709,
 * highlights compressed, then BT.709 transfer. Without them HDR video is grey
 * and pale.
 */
function toneMapFilters({ highDynamicRange }: CodedFormat): string[] {
  if (highDynamicRange === undefined) return [];
  return [
    "format=yuv444p16",
    `zscale=matrixin=bt2020nc:primariesin=bt2020:transferin=${highDynamicRange}:transfer=linear:npl=${DIFFUSE_WHITE}`,
    "format=gbrpf32",
    "zscale=primaries=bt709",
    // Linear up to 0.3 of white; highlights above are compressed.
    "tonemap=mobius:param=0.3:desat=0",
    "zscale=transfer=bt709:matrix=bt709:range=limited",
    "format=yuv444p",
    "scale=flags=accurate_rnd:in_color_matrix=bt709",
  ];
}
