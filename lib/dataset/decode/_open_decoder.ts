import {
  AV_CODEC_ID_H264,
  AV_CODEC_ID_MPEG4,
  AV_CODEC_ID_THEORA,
  AV_CODEC_ID_VP3,
  AV_CODEC_ID_VP8,
  AV_CODEC_ID_VP9,
  FF_DECODER_LIBVPX_VP8,
  FF_DECODER_LIBVPX_VP9,
  FF_THREAD_SLICE,
} from "node-av/constants";
import { InputError } from "lib/core/mod.ts";
import {
  avGetCodecName,
  check,
  Codec,
  CodecContext,
  type Stream,
} from "../ffmpeg/mod.ts";

/** Threads of one decoder: more delay a short clip. */
export const DECODER_THREADS = 2;

/**
 * Codecs that are not decoded with a thread for each frame. Frames were seen to
 * leave H.264's decoder before another thread marked them as damaged, once in six
 * runs, and MPEG-4's marks them likewise. Theora's gave wrong frames of an intact
 * file, once in fifteen runs.
 */
const NOT_BY_FRAME: ReadonlySet<number> = new Set([
  AV_CODEC_ID_H264,
  AV_CODEC_ID_MPEG4,
  AV_CODEC_ID_THEORA,
  AV_CODEC_ID_VP3,
]);

/**
 * Opens the decoder of a stream.
 *
 * @throws {InputError} if FFmpeg has none
 */
export async function openDecoder(
  path: string,
  stream: Stream,
): Promise<CodecContext> {
  const codec = codecOf(stream);
  const decoder = new CodecContext();
  try {
    if (codec !== null) {
      decoder.allocContext3(codec);
      check(
        decoder.parametersToContext(stream.codecpar),
        "set up the decoder",
      );
      decoder.pktTimebase = stream.timeBase;
      decoder.threadCount = DECODER_THREADS;
      if (NOT_BY_FRAME.has(stream.codecpar.codecId)) {
        decoder.threadType = FF_THREAD_SLICE;
      }
    }
    if (codec === null || await decoder.open2(codec, null) < 0) {
      const name = avGetCodecName(stream.codecpar.codecId) ?? "unknown";
      throw new InputError(
        `Cannot decode "${path}": its codec must be one that FFmpeg decodes: it is "${name}"; convert the file to H.264`,
      );
    }
    return decoder;
  } catch (error) {
    decoder.freeContext();
    throw error;
  }
}

function codecOf({ codecpar, metadata }: Stream): Codec | null {
  const { codecId } = codecpar;
  // FFmpeg's own decoders of VP8 and VP9 drop the alpha channel.
  if (metadata?.get("alpha_mode") === "1") {
    const name = codecId === AV_CODEC_ID_VP8
      ? FF_DECODER_LIBVPX_VP8
      : codecId === AV_CODEC_ID_VP9
      ? FF_DECODER_LIBVPX_VP9
      : undefined;
    if (name !== undefined) return Codec.findDecoderByName(name);
  }
  return Codec.findDecoder(codecId);
}
