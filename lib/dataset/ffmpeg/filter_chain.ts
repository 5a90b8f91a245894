import {
  AV_BUFFERSRC_FLAG_KEEP_REF,
  AV_FRAME_FLAG_INTERLACED,
  AV_FRAME_FLAG_TOP_FIELD_FIRST,
  type AVBufferSrcFlag,
  type AVPixelFormat,
} from "node-av/constants";
import { check } from "./check.ts";
import {
  avGetPixFmtName,
  type FilterContext,
  FilterGraph,
  Frame,
} from "./library.ts";

interface Graph {
  /** The frame format that it was built for. */
  readonly format: string;
  readonly filters: FilterGraph;
  readonly source: FilterContext;
  readonly sink: FilterContext;
}

/**
 * A chain of FFmpeg filters from one frame to one frame:
 * `crop=272:272:184:0,scale=64:64,format=rgb24`. The chain is rebuilt whenever
 * size or pixel format of the frames change.
 */
export class FilterChain implements Disposable {
  readonly #filtersFor: (frame: Frame) => string;
  #graph: Graph | undefined;

  /** @param filtersFor Returns the filters for a frame, in FFmpeg's filter language. */
  constructor(filtersFor: (frame: Frame) => string) {
    this.#filtersFor = filtersFor;
  }

  /**
   * Filters one frame, which is not modified. The caller disposes of the result.
   *
   * Synchronous on purpose: on another thread the filters were seen to read
   * memory that the garbage collector had just freed, once in 200 videos.
   */
  apply(frame: Frame): Frame {
    const format = formatOf(frame);
    if (this.#graph?.format !== format) {
      this[Symbol.dispose]();
      this.#graph = buildGraph(format, frame, this.#filtersFor(frame));
    }
    const { source, sink } = this.#graph!;
    check(
      source.buffersrcAddFrameSync(
        frame,
        AV_BUFFERSRC_FLAG_KEEP_REF as AVBufferSrcFlag,
      ),
      "filter a frame",
    );
    const result = new Frame();
    try {
      result.alloc();
      check(sink.buffersinkGetFrameSync(result), "take a filtered frame");
      return result;
    } catch (error) {
      result.free();
      throw error;
    }
  }

  [Symbol.dispose](): void {
    this.#graph?.filters.free();
    this.#graph = undefined;
  }
}

/** The earlier of the two fields of an interlaced frame; undefined for others. */
export function firstFieldOf(frame: Frame): "top" | "bottom" | undefined {
  if ((frame.flags & AV_FRAME_FLAG_INTERLACED) === 0) return undefined;
  return (frame.flags & AV_FRAME_FLAG_TOP_FIELD_FIRST) === 0 ? "bottom" : "top";
}

/** FFmpeg's names of pixel formats with alpha; palettes have alpha too. */
const ALPHA_FORMAT =
  /^(rgba|bgra|argb|abgr|ya\d|yuva|gbrap|pal8|ayuv|vuya|uyva)/;

/** Whether the pixel format of a frame can state transparency. */
export function hasAlpha(frame: Frame): boolean {
  return ALPHA_FORMAT.test(
    avGetPixFmtName(frame.format as AVPixelFormat) ?? "",
  );
}

function buildGraph(format: string, frame: Frame, chain: string): Graph {
  const filters = new FilterGraph();
  try {
    filters.alloc();
    check(
      filters.parse2(
        `buffer@in=time_base=1/1:pixel_aspect=1/1:${
          sourceOptions(frame)
        },${chain},buffersink@out`,
      ),
      `build the filters "${chain}"`,
    );
    check(filters.configSync(), `connect the filters "${chain}"`);
    return {
      format,
      filters,
      source: filters.getFilter("buffer@in")!,
      sink: filters.getFilter("buffersink@out")!,
    };
  } catch (error) {
    filters.free();
    throw error;
  }
}

function formatOf(frame: Frame): string {
  return `${sourceOptions(frame)}:${frame.colorTrc}:${firstFieldOf(frame)}`;
}

function sourceOptions(frame: Frame): string {
  return `video_size=${frame.width}x${frame.height}:pix_fmt=${frame.format}:` +
    `colorspace=${frame.colorSpace}:range=${frame.colorRange}`;
}
