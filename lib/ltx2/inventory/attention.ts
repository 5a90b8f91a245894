import { linear, type TensorSpec } from "./tensor.ts";

/** Widths of an attention module. */
export interface AttentionWidths {
  /** Channels of the query tokens and of the output. */
  readonly query: number;
  /** Channels of the context tokens (keys and values). */
  readonly context: number;
  /** Channels inside, over all heads. */
  readonly inner: number;
}

/** Linear layers of an attention module: queries, keys, values, output. */
export const LINEARS_PER_ATTENTION = 4;

/**
 * Tensors of an attention module: four linear layers with bias, and an RMSNorm
 * over the whole inner width for queries and for keys. Ten tensors.
 */
export function attentionTensors(
  name: string,
  { query, context, inner }: AttentionWidths,
): TensorSpec[] {
  return [
    ...linear(`${name}.to_q`, query, inner),
    ...linear(`${name}.to_k`, context, inner),
    ...linear(`${name}.to_v`, context, inner),
    ...linear(`${name}.to_out.0`, inner, query),
    { name: `${name}.q_norm.weight`, shape: [inner] },
    { name: `${name}.k_norm.weight`, shape: [inner] },
  ];
}

/** Tensors of self-attention, or of cross-attention at equal widths. */
export function evenAttentionTensors(
  name: string,
  width: number,
): TensorSpec[] {
  return attentionTensors(name, { query: width, context: width, inner: width });
}

/** Tensors of a feed-forward layer with expansion 4. */
export function feedForwardTensors(name: string, width: number): TensorSpec[] {
  return [
    ...linear(`${name}.net.0.proj`, width, 4 * width),
    ...linear(`${name}.net.2`, 4 * width, width),
  ];
}
