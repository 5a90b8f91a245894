import { Buffer } from "node:buffer";
import {
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_PIX_FMT_RGB24,
  AV_PIX_FMT_YUV420P,
  AVERROR_EAGAIN,
  AVERROR_EOF,
  FF_ENCODER_LIBVPX_VP9,
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
import { encodePng, frameImage } from "lib/dataset/encode/mod.ts";

/** Encoder and its options for each container that is tried. */
const CODECS = {
  matroska: [FF_ENCODER_LIBX264, { crf: 8 }],
  webm: [FF_ENCODER_LIBVPX_VP9, {
    crf: 10,
    deadline: "realtime",
    "cpu-used": 8,
  }],
} as const;

/** Writes a video whose frames appear at any times: what no camera promises not to do. */
export async function writeAtTimes(
  path: string,
  clip: Clip,
  container: keyof typeof CODECS,
  milliseconds: readonly number[],
  muxing: Record<string, string> = {},
): Promise<void> {
  const [name, codecOptions] = CODECS[container];
  const codec = Codec.findEncoderByName(name)!;
  using encoder = new CodecContext();
  encoder.allocContext3(codec);
  encoder.width = clip.width;
  encoder.height = clip.height;
  encoder.pixelFormat = AV_PIX_FMT_YUV420P;
  encoder.timeBase = new Rational(1, 1000);
  encoder.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER);
  using options = Dictionary.fromObject(codecOptions);
  check(await encoder.open2(codec, options), "open the encoder");
  await using format = new FormatContext();
  check(format.allocOutputContext2(null, container, fileUrl(path)), "start");
  const stream = format.newStream(null);
  check(stream.codecpar.fromContext(encoder), "describe");
  stream.timeBase = encoder.timeBase;
  check(await format.openOutput(), "open");
  using muxerOptions = Dictionary.fromObject(muxing);
  check(await format.writeHeader(muxerOptions), "write the head");
  using packet = new Packet();
  packet.alloc();
  for (let i = 0; i <= clip.frames; i++) {
    if (i < clip.frames) {
      const { width, height, data } = frameImage(clip, i);
      using rgb = Frame.fromVideoBuffer(Buffer.from(data.buffer), {
        width,
        height,
        format: AV_PIX_FMT_RGB24,
      });
      using chain = new FilterChain(() => "format=yuv420p");
      using yuv = chain.apply(rgb);
      yuv.pts = BigInt(milliseconds[i]!);
      check(await encoder.sendFrame(yuv), "encode");
    } else {
      check(await encoder.sendFrame(null), "finish");
    }
    while (true) {
      const answer = await encoder.receivePacket(packet);
      if (answer === AVERROR_EAGAIN || answer === AVERROR_EOF) break;
      packet.streamIndex = stream.index;
      packet.rescaleTs(encoder.timeBase, stream.timeBase);
      check(await format.interleavedWriteFrame(packet), "write");
    }
  }
  check(await format.writeTrailer(), "end");
  await format.closeOutput();
}

/** A clip whose frame i is one grey: `(i + 0.5) / frames`. */
export function brightnessClip(
  { frames, height, width, fps }: Omit<Clip, "data">,
): Clip {
  const size = height * width * 3;
  const data = new Float32Array(frames * size);
  for (let i = 0; i < frames; i++) {
    data.fill((i + 0.5) / frames, i * size, (i + 1) * size);
  }
  return { frames, height, width, fps, data };
}

/** The indices that the brightness of each frame spells out. */
export function indicesIn(clip: Clip, sourceFrames: number): number[] {
  const size = clip.height * clip.width * 3;
  return Array.from({ length: clip.frames }, (_, i) => {
    const frame = clip.data.subarray(i * size, (i + 1) * size);
    const mean = frame.reduce((sum, value) => sum + value, 0) / size;
    return Math.floor(mean * sourceFrames);
  });
}

/** A silent sound file: mono, 8 kHz, 16 bits, 0.1 s. */
export function wavBytes(): Uint8Array<ArrayBuffer> {
  const samples = 800;
  const bytes = new Uint8Array(44 + samples * 2);
  const view = new DataView(bytes.buffer);
  const text = (at: number, letters: string): void =>
    void bytes.set(new TextEncoder().encode(letters), at);
  text(0, "RIFF");
  view.setUint32(4, 36 + samples * 2, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true); // PCM
  view.setUint16(22, 1, true); // channels
  view.setUint32(24, 8000, true);
  view.setUint32(28, 16000, true); // bytes per second
  view.setUint16(32, 2, true); // bytes per sample
  view.setUint16(34, 16, true); // bits per sample
  text(36, "data");
  view.setUint32(40, samples * 2, true);
  return bytes;
}

/** A silent MP3 song with a cover picture, which FFmpeg takes for a video stream. */
export function songBytes(): Uint8Array<ArrayBuffer> {
  const latin1 = (text: string): number[] =>
    [...text].map((letter) => letter.charCodeAt(0));
  const png = encodePng({
    width: 8,
    height: 8,
    data: new Uint8Array(192).fill(200),
  });
  // Encoding, type, kind (3 = front cover), empty description, picture.
  const picture = [0, ...latin1("image/png"), 0, 3, 0, ...png];
  const sizeOf = (n: number, bits: number): number[] =>
    [3, 2, 1, 0].map((i) => (n >> (i * bits)) & (2 ** bits - 1));
  const frame = [
    ...latin1("APIC"),
    ...sizeOf(picture.length, 8),
    0,
    0,
    ...picture,
  ];
  const tag = [...latin1("ID3"), 3, 0, 0, ...sizeOf(frame.length, 7), ...frame];
  // MPEG-1 layer III, 128 kbit/s, 44.1 kHz: 417 bytes a frame.
  const silence = [0xff, 0xfb, 0x90, 0x64, ...new Array<number>(413).fill(0)];
  return Uint8Array.from([...tag, ...Array(20).fill(silence).flat()]);
}

/** Peak signal-to-noise ratio of two clips or pictures in [0,1], in decibels. */
export function psnr(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
): number {
  if (a.length !== b.length) {
    throw new TypeError(`Cannot compare ${a.length} values with ${b.length}`);
  }
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return -10 * Math.log10(sum / a.length);
}

/** A folder for one test, gone when the test is over. */
export async function temporaryFolder(): Promise<
  AsyncDisposable & { file(name: string): string; path: string }
> {
  const path = await Deno.makeTempDir();
  return {
    path,
    file: (name) => `${path}/${name}`,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

/** A clip from the colour of each pixel, `[red, green, blue]` in [0,1]. */
export function clipOf(
  { frames, height, width, fps }: Omit<Clip, "data">,
  colour: (frame: number, y: number, x: number) => readonly number[],
): Clip {
  const data = new Float32Array(frames * height * width * 3);
  for (let i = 0, at = 0; i < frames; i++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++, at += 3) data.set(colour(i, y, x), at);
    }
  }
  return { frames, height, width, fps, data };
}

/** A y4m of stripes 16x16, black and white by columns of pixels that are `aspect` times as wide as high. */
export function stripedY4m(aspect: number): Uint8Array<ArrayBuffer> {
  const [size, frames] = [16, 4];
  const head = new TextEncoder().encode(
    `YUV4MPEG2 W${size} H${size} F8:1 Ip A${aspect}:1 C444\n`,
  );
  const mark = new TextEncoder().encode("FRAME\n");
  const planes = Uint8Array.from(
    { length: 3 * size * size },
    (_, i) => i >= size * size ? 128 : i % 2 === 0 ? 16 : 235,
  );
  const parts = Array.from({ length: frames }, () => [mark, planes]).flat();
  const bytes = new Uint8Array(
    head.length + frames * (mark.length + planes.length),
  );
  let at = 0;
  for (const part of [head, ...parts]) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
