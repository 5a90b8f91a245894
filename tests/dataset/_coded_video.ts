import { Buffer } from "node:buffer";
import {
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_CODEC_FLAG_INTERLACED_DCT,
  AV_CODEC_FLAG_INTERLACED_ME,
  AV_FRAME_FLAG_INTERLACED,
  AV_FRAME_FLAG_TOP_FIELD_FIRST,
  AV_PIX_FMT_RGB24,
  AV_PIX_FMT_RGBA,
  AVCOL_PRI_BT2020,
  AVCOL_SPC_BT2020_NCL,
  AVCOL_TRC_SMPTE2084,
  AVERROR_EAGAIN,
  AVERROR_EOF,
  FF_ENCODER_LIBX264,
} from "node-av/constants";
import type { FFVideoEncoder } from "node-av/constants";
import type { Clip } from "lib/core/mod.ts";
import {
  check,
  Codec,
  CodecContext,
  Dictionary,
  fileUrl,
  FilterChain,
  FormatContext,
  Frame,
  Packet,
  Rational,
} from "lib/dataset/ffmpeg/mod.ts";
import { frameImage } from "lib/dataset/encode/mod.ts";

/** Coding options that `writeMp4` does not have. */
export interface Coding {
  /** FFmpeg filters from RGB to the coded frames; they decide the pixel format. */
  readonly filters: string;
  /** Two fields in each frame, this one first. */
  readonly firstField?: "top" | "bottom";
  /** Tagged as BT.2020 with the PQ curve. */
  readonly hdr?: boolean;
  /** FFmpeg's name; Matroska if absent. */
  readonly container?: string;
  /** x264 if absent. */
  readonly encoder?: FFVideoEncoder;
  /** Of the encoder; near lossless x264 if absent. */
  readonly options?: Record<string, string | number>;
  /** Of the container. */
  readonly muxing?: Record<string, string | number>;
  /** Alpha of a pixel in [0,1]; opaque if absent. */
  readonly alpha?: (y: number, x: number) => number;
  /** Time of the first frame, frames: a negative one is hidden by an edit list. */
  readonly first?: number;
}

/** Containers that repeat the headers of the codec between frames. */
const HEADERS_IN_STREAM = new Set([
  "mpegts",
  "mpeg",
  "vob",
  "h264",
  "hevc",
  "mpeg2video",
  "mjpeg",
]);

/** Writes a file in a codec and container of FFmpeg. */
export async function writeCoded(
  path: string,
  clip: Clip,
  {
    filters,
    firstField,
    hdr = false,
    container = "matroska",
    encoder: name = FF_ENCODER_LIBX264,
    options: coding = { crf: 4 },
    muxing = {},
    alpha,
    first = 0,
  }: Coding,
): Promise<void> {
  await using format = new FormatContext();
  check(format.allocOutputContext2(null, container, fileUrl(path)), "start");
  using encoder = new CodecContext();
  using packet = new Packet();
  packet.alloc();
  let stream: ReturnType<FormatContext["newStream"]> | undefined;
  const codec = Codec.findEncoderByName(name)!;
  const drain = async (): Promise<void> => {
    while (true) {
      const answer = await encoder.receivePacket(packet);
      if (answer === AVERROR_EAGAIN || answer === AVERROR_EOF) return;
      packet.streamIndex = stream!.index;
      packet.rescaleTs(encoder.timeBase, stream!.timeBase);
      check(await format.interleavedWriteFrame(packet), "write");
    }
  };
  for (let i = 0; i < clip.frames; i++) {
    const { width, height, data } = frameImage(clip, i);
    using rgb = Frame.fromVideoBuffer(
      Buffer.from(alpha ? withAlpha(data, width, alpha) : data),
      { width, height, format: alpha ? AV_PIX_FMT_RGBA : AV_PIX_FMT_RGB24 },
    );
    using chain = new FilterChain(() => filters);
    using frame = chain.apply(rgb);
    if (stream === undefined) {
      encoder.allocContext3(codec);
      encoder.width = frame.width;
      encoder.height = frame.height;
      encoder.pixelFormat = frame.format as typeof encoder.pixelFormat;
      encoder.timeBase = new Rational(1, clip.fps);
      encoder.framerate = new Rational(clip.fps, 1);
      if (!HEADERS_IN_STREAM.has(container)) {
        encoder.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER);
      }
      if (firstField) {
        encoder.setFlags(
          AV_CODEC_FLAG_INTERLACED_DCT,
          AV_CODEC_FLAG_INTERLACED_ME,
        );
      }
      if (hdr) {
        encoder.colorPrimaries = AVCOL_PRI_BT2020;
        encoder.colorTrc = AVCOL_TRC_SMPTE2084;
        encoder.colorSpace = AVCOL_SPC_BT2020_NCL;
      }
      using options = Dictionary.fromObject(coding);
      check(await encoder.open2(codec, options), "open the encoder");
      stream = format.newStream(null);
      check(stream.codecpar.fromContext(encoder), "describe");
      stream.timeBase = encoder.timeBase;
      stream.avgFrameRate = encoder.framerate;
      check(await format.openOutput(), "open");
      using head = Dictionary.fromObject(muxing);
      check(await format.writeHeader(head), "write the head");
    }
    if (firstField) frame.flags |= AV_FRAME_FLAG_INTERLACED;
    if (firstField === "top") frame.flags |= AV_FRAME_FLAG_TOP_FIELD_FIRST;
    frame.pts = BigInt(first + i);
    check(await encoder.sendFrame(frame), "encode");
    await drain();
  }
  check(await encoder.sendFrame(null), "finish");
  await drain();
  check(await format.writeTrailer(), "end");
  await format.closeOutput();
}

function withAlpha(
  rgb: Uint8Array,
  width: number,
  alpha: (y: number, x: number) => number,
): Uint8Array {
  return Uint8Array.from({ length: rgb.length / 3 * 4 }, (_, i) => {
    const pixel = i >> 2;
    return i % 4 < 3
      ? rgb[3 * pixel + i % 4]!
      : 255 * alpha(Math.floor(pixel / width), pixel % width);
  });
}
