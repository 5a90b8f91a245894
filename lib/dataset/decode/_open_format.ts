import {
  AV_DISPOSITION_ATTACHED_PIC,
  AVMEDIA_TYPE_AUDIO,
  AVMEDIA_TYPE_VIDEO,
} from "node-av/constants";
import { InputError } from "lib/core/mod.ts";
import {
  avGetCodecName,
  Dictionary,
  fileUrl,
  FormatContext,
  InputFormat,
  type Stream,
} from "../ffmpeg/mod.ts";
import { describeUnknownFile, readHead } from "./_readable_file.ts";

/**
 * Containers that are opened. Playlists (HLS, concat, ...) name other files, out
 * of reach of Deno's permissions, and so does `image2`, to which a name with a
 * number is a pattern.
 */
const CONTAINERS = "mov,mp4,matroska,webm,gif,avi,mpegts,mpeg,mpegvideo,flv," +
  "ogg,asf,ivf,h264,hevc,vvc,obu,av1,m4v,h263,vc1,mjpeg,yuv4mpegpipe,nut,mxf," +
  "dv,rm,apng,webp_anim,jpeg_pipe,png_pipe,webp_pipe,bmp_pipe,tiff_pipe," +
  "jpegxl_pipe,jpegxl_anim,j2k_pipe,ppm_pipe,pgm_pipe,qoi_pipe," +
  "wav,mp3,flac,aac,aiff";

/**
 * Demuxers by the beginning of a file, for files whose names make FFmpeg choose
 * `image2`: a JPEG's, or `clip%03d.gif`.
 */
const BY_CONTENT: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^\xff\xd8\xff/, ["jpeg_pipe"]],
  [/^[^]PNG/, ["apng", "png_pipe"]],
  [/^GIF8/, ["gif"]],
  [/^RIFF[^]{4}WEBP/, ["webp_anim", "webp_pipe"]],
];

/**
 * Opens a file of a container that is read.
 *
 * @throws {InputError} if there is no such file, or no video in it
 */
export async function openFormat(path: string): Promise<FormatContext> {
  const head = await readHead(path);
  const beginning = new TextDecoder("latin1").decode(head.subarray(0, 12));
  const demuxers = BY_CONTENT.find(([magic]) => magic.test(beginning))?.[1];
  for (const demuxer of [null, ...demuxers ?? []]) {
    const format = new FormatContext();
    using options = Dictionary.fromObject({
      protocol_whitelist: "file",
      format_whitelist: CONTAINERS,
    });
    const chosen = demuxer === null
      ? null
      : InputFormat.findInputFormat(demuxer);
    if (
      await format.openInput(fileUrl(path), chosen, options) >= 0 &&
      await format.findStreamInfo() >= 0 &&
      format.nbStreams > 0
    ) return format;
    await format[Symbol.asyncDispose]();
  }
  throw new InputError(
    `Cannot decode "${path}": the file must hold a video: ${
      describeUnknownFile(head)
    }`,
  );
}

/**
 * The first video stream of an open file.
 *
 * @throws {InputError} if there is none, or its frames have no size
 */
export function videoStreamOf(path: string, format: FormatContext): Stream {
  const stream = format.streams[format.findBestStream(AVMEDIA_TYPE_VIDEO)];
  // FFmpeg presents the cover image of a song as a video stream.
  if (
    stream === undefined || stream.disposition & AV_DISPOSITION_ATTACHED_PIC
  ) {
    const audio = format.streams[format.findBestStream(AVMEDIA_TYPE_AUDIO)];
    const found = audio === undefined
      ? "it holds none"
      : `it holds only sound (${avGetCodecName(audio.codecpar.codecId)})`;
    throw new InputError(
      `Cannot decode "${path}": the file must hold a video stream: ${found}; pass a video`,
    );
  }
  const { width, height } = stream.codecpar;
  if (width <= 0 || height <= 0) {
    throw new InputError(
      `Cannot decode "${path}": its frames must have a size: it is ${width}x${height}, so the file was cut short or is damaged; get a whole copy`,
    );
  }
  return stream;
}
