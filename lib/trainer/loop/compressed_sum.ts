import type { Ranks } from "../../ranks/mod.ts";

/** Forms of gradients that travel between ranks. */
export const COMPRESSIONS = ["none", "fp16", "int8"] as const;

/** A form of gradients that travel between ranks. */
export type Compression = typeof COMPRESSIONS[number];

/** Values with one scale, their largest magnitude. */
const CHUNK = 256;
/** Steps of a value of int8 from 0 to its scale. */
const LEVELS = 127;

/** Values in few bits, with the scale of each chunk. */
type Codes = Float16Array<ArrayBuffer> | Int8Array<ArrayBuffer>;

/**
 * Replaces values by their sums over the ranks, bit for bit the same on all; they
 * travel in 16 bits, or in 8 on the way to the rank that adds them. What a rank's
 * own values lose stays with it and is added to its next ones (error feedback:
 * Seide et al. 2014, "1-bit stochastic gradient descent"; Karimireddy et al.
 * 2019, arXiv 1901.09847).
 *
 * @param values `[N]`, changed.
 * @param residual `[N]`: what earlier values have lost; changed.
 */
export async function compressedSum(
  ranks: Ranks,
  values: Float32Array,
  residual: Float32Array,
  compression: Exclude<Compression, "none">,
): Promise<void> {
  const { rank, size } = ranks;
  // Each rank adds one block: whole chunks, equal for all.
  const block = CHUNK * Math.ceil(values.length / size / CHUNK);
  const padded = new Float32Array(size * block);
  for (let i = 0; i < values.length; i++) padded[i] = values[i]! + residual[i]!;
  const sent = encode(padded, compression);
  const kept = decode(sent, compression);
  for (let i = 0; i < values.length; i++) {
    const lost = padded[i]! - kept[i]!;
    residual[i] = Number.isFinite(lost) ? lost : 0; // after NaN: begin anew
  }
  const sum = new Float32Array(block);
  const blocks = await exchangeBlocks(ranks, sent);
  for (const codes of blocks) {
    const part = decode(codes, compression);
    for (let i = 0; i < block; i++) sum[i]! += part[i]!;
  }
  const own = bytesOf(encode(sum, "fp16"));
  const all = new Uint8Array(size * own.length);
  all.set(own, rank * own.length);
  const words = own.length / 4;
  await ranks.gather(new Float32Array(all.buffer), Array(size).fill(words));
  for (let from = 0; from < size; from++) {
    const bytes = all.slice(from * own.length, (from + 1) * own.length);
    const begin = from * block;
    values.set(
      decode(packedFrom(bytes, block, "fp16"), "fp16")
        .subarray(0, Math.max(0, values.length - begin)),
      Math.min(begin, values.length),
    );
  }
}

/** Codes of values and a scale for each chunk. */
interface Packed {
  readonly scales: Float32Array<ArrayBuffer>;
  readonly codes: Codes;
}

function encode(
  values: Float32Array,
  compression: Exclude<Compression, "none">,
): Packed {
  const scales = new Float32Array(values.length / CHUNK);
  const scaled = new Float32Array(values.length);
  const steps = compression === "int8" ? LEVELS : 1;
  for (let chunk = 0; chunk < scales.length; chunk++) {
    const [begin, end] = [chunk * CHUNK, (chunk + 1) * CHUNK];
    let largest = 0;
    for (let i = begin; i < end; i++) {
      const magnitude = Math.abs(values[i]!);
      if (!(magnitude <= largest)) largest = magnitude; // NaN stays
      if (Number.isNaN(largest)) break;
    }
    scales[chunk] = largest;
    if (largest === 0 || !Number.isFinite(largest)) continue;
    const factor = steps / largest;
    for (let i = begin; i < end; i++) {
      const value = values[i]! * factor;
      scaled[i] = steps === 1 ? value : Math.round(value);
    }
  }
  return {
    scales,
    codes: compression === "int8"
      ? new Int8Array(scaled)
      : new Float16Array(scaled),
  };
}

function decode(
  { scales, codes }: Packed,
  compression: Exclude<Compression, "none">,
): Float32Array<ArrayBuffer> {
  const values = new Float32Array(codes);
  const steps = compression === "int8" ? LEVELS : 1;
  for (const [chunk, scale] of scales.entries()) {
    const factor = scale / steps;
    const end = (chunk + 1) * CHUNK;
    for (let i = chunk * CHUNK; i < end; i++) values[i]! *= factor;
  }
  return values;
}

/** Sends each rank its block; returns the blocks of all ranks for this one. */
async function exchangeBlocks(
  ranks: Ranks,
  { scales, codes }: Packed,
): Promise<Packed[]> {
  const { size } = ranks;
  const chunks = scales.length / size;
  const length = codes.length / size;
  const compression = codes instanceof Int8Array ? "int8" : "fp16";
  const messages = Array.from({ length: size }, (_, to) =>
    bytesOf({
      scales: scales.slice(to * chunks, (to + 1) * chunks),
      codes: codes.slice(to * length, (to + 1) * length),
    }));
  const bytes = messages[0]!.length;
  const sent = new Uint8Array(size * bytes);
  for (const [to, message] of messages.entries()) sent.set(message, to * bytes);
  const received = await ranks.exchange(sent);
  return messages.map((_, from) =>
    packedFrom(
      received.slice(from * bytes, (from + 1) * bytes),
      length,
      compression,
    )
  );
}

/**
 * Scales and codes as bytes. Never as numbers of 32 bits: the runtime makes this
 * thread flush denormal ones to zero.
 */
function bytesOf({ scales, codes }: Packed): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(scales.byteLength + codes.byteLength);
  bytes.set(new Uint8Array(scales.buffer));
  bytes.set(new Uint8Array(codes.buffer), scales.byteLength);
  return bytes;
}

/** The inverse of {@link bytesOf}. */
function packedFrom(
  bytes: Uint8Array<ArrayBuffer>,
  length: number,
  compression: Exclude<Compression, "none">,
): Packed {
  const begin = 4 * length / CHUNK;
  const codes = bytes.slice(begin).buffer;
  return {
    scales: new Float32Array(bytes.slice(0, begin).buffer),
    codes: compression === "int8"
      ? new Int8Array(codes)
      : new Float16Array(codes),
  };
}
