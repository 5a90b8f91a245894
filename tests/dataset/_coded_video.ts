import { Buffer } from "node:buffer";
import {
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_CODEC_FLAG_INTERLACED_DCT,
  AV_CODEC_FLAG_INTERLACED_ME,
  AV_FRAME_FLAG_INTERLACED,
  AV_FRAME_FLAG_TOP_FIELD_FIRST,
  AV_PIX_FMT_RGB24,
  AVCOL_PRI_BT2020,
  AVCOL_SPC_BT2020_NCL,
  AVCOL_TRC_SMPTE2084,
  AVERROR_EAGAIN,
  AVERROR_EOF,
  FF_ENCODER_LIBX264,
} from "node-av/constants";
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
  /** Two fields in each frame. */
  readonly interlaced?: boolean;
  /** Tagged as BT.2020 with the PQ curve. */
  readonly hdr?: boolean;
}

/** Writes a Matroska file in H.264. */
export async function writeCoded(
  path: string,
  clip: Clip,
  { filters, interlaced = false, hdr = false }: Coding,
): Promise<void> {
  await using format = new FormatContext();
  check(format.allocOutputContext2(null, "matroska", fileUrl(path)), "start");
  using encoder = new CodecContext();
  using packet = new Packet();
  packet.alloc();
  let stream: ReturnType<FormatContext["newStream"]> | undefined;
  const codec = Codec.findEncoderByName(FF_ENCODER_LIBX264)!;
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
    using rgb = Frame.fromVideoBuffer(Buffer.from(data.buffer), {
      width,
      height,
      format: AV_PIX_FMT_RGB24,
    });
    using chain = new FilterChain(() => filters);
    using frame = chain.apply(rgb);
    if (stream === undefined) {
      encoder.allocContext3(codec);
      encoder.width = frame.width;
      encoder.height = frame.height;
      encoder.pixelFormat = frame.format as typeof encoder.pixelFormat;
      encoder.timeBase = new Rational(1, clip.fps);
      encoder.framerate = new Rational(clip.fps, 1);
      encoder.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER);
      if (interlaced) {
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
      using options = Dictionary.fromObject({ crf: 4 });
      check(await encoder.open2(codec, options), "open the encoder");
      stream = format.newStream(null);
      check(stream.codecpar.fromContext(encoder), "describe");
      stream.timeBase = encoder.timeBase;
      stream.avgFrameRate = encoder.framerate;
      check(await format.openOutput(), "open");
      check(await format.writeHeader(null), "write the head");
    }
    if (interlaced) {
      frame.flags |= AV_FRAME_FLAG_INTERLACED | AV_FRAME_FLAG_TOP_FIELD_FIRST;
    }
    frame.pts = BigInt(i);
    check(await encoder.sendFrame(frame), "encode");
    await drain();
  }
  check(await encoder.sendFrame(null), "finish");
  await drain();
  check(await format.writeTrailer(), "end");
  await format.closeOutput();
}
