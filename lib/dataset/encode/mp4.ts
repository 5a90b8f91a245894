import {
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_PIX_FMT_RGB24,
  AV_PIX_FMT_YUV420P,
  AVCOL_PRI_BT709,
  AVCOL_RANGE_MPEG,
  AVCOL_SPC_BT709,
  AVCOL_TRC_BT709,
  AVERROR_EAGAIN,
  AVERROR_EOF,
  FF_ENCODER_LIBX264,
} from "node-av/constants";
import { Buffer } from "node:buffer";
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
  type Stream,
} from "../ffmpeg/mod.ts";
import { checkClip, frameImage, type Image } from "./image.ts";
import { checkMp4 } from "./limits.ts";
import { writeThroughTemporary } from "./_output_file.ts";

/** x264's CRF: 0 = lossless, 18 = visually lossless, 51 = worst. */
const RATE_FACTOR = 16;

/** From full-range RGB to BT.709 YUV 4:2:0 in limited range. */
const TO_YUV =
  "scale=flags=area+accurate_rnd+full_chroma_inp:out_color_matrix=bt709:out_range=tv,format=yuv420p";

/**
 * Writes a clip as an MP4 file that every player and browser supports: H.264,
 * 4:2:0, BT.709, the index at the front.
 *
 * @param path Where to; an existing file is replaced in one step.
 * @param clip `[T,H,W,3]`, float32, RGB in [0,1], H and W even; 0.01 fps or more.
 * @throws {InputError} if a side is odd, the rate is too low, or the folder
 * is missing or must not be written to
 *
 * @example
 * ```ts
 * import { writeMp4 } from "lib/dataset/encode/mod.ts";
 * import { demoScene, renderScene } from "lib/dataset/synthetic/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const path = await Deno.makeTempFile({ suffix: ".mp4" });
 * await writeMp4(path, await renderScene(demoScene, { frames: 8, height: 64, width: 64, fps: 8 }));
 * assert.ok((await Deno.stat(path)).size > 0);
 * ```
 */
export async function writeMp4(path: string, clip: Clip): Promise<void> {
  checkClip(clip);
  checkMp4(path, clip);
  await writeThroughTemporary(path, (temporary) => encode(temporary, clip));
}

async function encode(path: string, clip: Clip): Promise<void> {
  const rate = rationalRate(clip.fps);
  using encoder = await openEncoder(clip, rate);
  await using format = new FormatContext();
  check(
    format.allocOutputContext2(null, "mp4", fileUrl(path)),
    "start an MP4 file",
  );
  const stream = format.newStream(null);
  check(stream.codecpar.fromContext(encoder), "describe the video stream");
  stream.timeBase = encoder.timeBase;
  stream.avgFrameRate = rate;
  check(await format.openOutput(), "open the MP4 file");
  using options = Dictionary.fromObject({ movflags: "+faststart" });
  check(await format.writeHeader(options), "write the head of the MP4 file");

  using chain = new FilterChain(() => TO_YUV);
  for (let i = 0; i < clip.frames; i++) {
    using rgb = frameOf(frameImage(clip, i));
    using yuv = chain.apply(rgb);
    yuv.pts = BigInt(i);
    check(await encoder.sendFrame(yuv), "encode a frame");
    await drain(encoder, format, stream);
  }
  check(await encoder.sendFrame(null), "finish encoding");
  await drain(encoder, format, stream);
  check(await format.writeTrailer(), "write the index of the MP4 file");
  await format.closeOutput();
}

async function openEncoder(
  { width, height }: Clip,
  rate: Rational,
): Promise<CodecContext> {
  const codec = Codec.findEncoderByName(FF_ENCODER_LIBX264);
  if (codec === null) {
    throw new Error(
      "Cannot encode H.264: FFmpeg must hold libx264: this build does not",
    );
  }
  const encoder = new CodecContext();
  try {
    encoder.allocContext3(codec);
    encoder.width = width;
    encoder.height = height;
    encoder.pixelFormat = AV_PIX_FMT_YUV420P;
    encoder.timeBase = rate.inv();
    encoder.framerate = rate;
    encoder.colorSpace = AVCOL_SPC_BT709;
    encoder.colorPrimaries = AVCOL_PRI_BT709;
    encoder.colorTrc = AVCOL_TRC_BT709;
    encoder.colorRange = AVCOL_RANGE_MPEG;
    encoder.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER);
    using options = Dictionary.fromObject({
      crf: RATE_FACTOR,
      // Macroblock-tree rate control makes the output nondeterministic.
      mbtree: "0",
    });
    check(await encoder.open2(codec, options), "open the H.264 encoder");
    return encoder;
  } catch (error) {
    encoder.freeContext();
    throw error;
  }
}

/** Writes all packets that the encoder has ready. */
async function drain(
  encoder: CodecContext,
  format: FormatContext,
  stream: Stream,
): Promise<void> {
  using packet = new Packet();
  packet.alloc();
  while (true) {
    const answer = await encoder.receivePacket(packet);
    if (answer === AVERROR_EAGAIN || answer === AVERROR_EOF) return;
    check(answer, "take an encoded frame");
    packet.streamIndex = stream.index;
    // Constant rate; without it the last frame has no duration.
    packet.duration = 1n;
    packet.rescaleTs(encoder.timeBase, stream.timeBase);
    check(await format.interleavedWriteFrame(packet), "write an encoded frame");
  }
}

/**
 * A frame rate as the fraction in a container: 25/1, 30000/1001.
 *
 * @param fps Frames per second, above 0.
 */
export function rationalRate(fps: number): Rational {
  // Broadcast rates such as 29.97 are whole rates divided by 1.001.
  const broadcast = Math.round(fps * 1.001);
  if (
    broadcast > 0 && !Number.isInteger(fps) &&
    Math.abs(broadcast / 1.001 - fps) < 0.005
  ) {
    return new Rational(broadcast * 1000, 1001);
  }
  for (let denominator = 1; denominator < 1000; denominator++) {
    const numerator = Math.round(fps * denominator);
    if (numerator > 0 && Math.abs(numerator / denominator / fps - 1) < 1e-9) {
      return new Rational(numerator, denominator);
    }
  }
  return new Rational(Math.max(1, Math.round(fps * 1000)), 1000);
}

function frameOf({ width, height, data }: Image): Frame {
  return Frame.fromVideoBuffer(Buffer.from(data.buffer), {
    width,
    height,
    format: AV_PIX_FMT_RGB24,
  });
}
