/** Floating-point operations, two for each multiply-add. */
export interface Flops {
  /** Products with weights: linear in the tokens. */
  readonly linear: number;
  /** Products of tokens with tokens: quadratic in the tokens. */
  readonly attention: number;
}

/** Numbers of tokens. */
export interface TokenCounts {
  /** `N`: cells of the video latent. */
  readonly video: number;
  /** `T`: tokens of the prompt. */
  readonly text: number;
}

/**
 * How a block mixes tokens: `cross`, as in LTX-2, by self-attention and
 * cross-attention to the text; `joint`, by one attention over video and text;
 * `cnn`, by a 3x3x3 convolution in a bottleneck.
 */
export type BlockKind = "cross" | "joint" | "cnn";

/** Channels of a block. */
export interface BlockWidths {
  /** `D`: channels of a token. */
  readonly width: number;
  /** `K`: channels inside a CNN block. */
  readonly cnnWidth: number;
}

/** The blocks of a backbone; the presets of this project have this form. */
export interface BackboneShape extends BlockWidths {
  readonly heads: number;
  readonly attentionLayers: number;
  readonly cnnLayers: number;
  readonly textConditioning: "joint" | "cross";
}

/** Weights of a 3x3x3 kernel for each pair of channels. */
const TAPS = 27;

/**
 * Cost of one block in the forward pass. For `cross` this is the published
 * count of LTX-2, `28 D^2 N + 4 D^2 T + 4 N^2 D + 4 N T D`: queries, keys,
 * values and output of self-attention take 8 D^2 N, queries and output of the
 * attention to text 4 D^2 N, its keys and values 4 D^2 T, the feed-forward
 * layer 16 D^2 N.
 */
export function blockFlops(
  kind: BlockKind,
  { width: D, cnnWidth: K }: BlockWidths,
  { video: N, text: T }: TokenCounts,
): Flops {
  const product = (tokens: number, from: number, to: number): number =>
    2 * tokens * from * to;
  // Scores and weighted sums, for each pair of a query and a key.
  const attend = (queries: number, keys: number): number =>
    2 * (2 * queries * keys * D);
  switch (kind) {
    case "cross":
      return {
        linear: product(N, D, 4 * D) + product(N, D, 2 * D) +
          product(T, D, 2 * D) + 2 * product(N, D, 4 * D),
        attention: attend(N, N) + attend(N, T),
      };
    case "joint":
      // Text and video share the weights of queries, keys and values.
      return {
        linear: product(N, D, 4 * D) + product(T, D, 3 * D) +
          2 * product(N, D, 4 * D),
        attention: attend(N, N + T),
      };
    case "cnn":
      return {
        linear: 2 * product(N, D, K) + product(N, TAPS * K, K),
        attention: 0,
      };
  }
}

/**
 * Cost of all blocks of a backbone in the forward pass. The layers before and
 * after them are left out: less than a hundredth.
 */
export function backboneFlops(
  shape: BackboneShape,
  counts: TokenCounts,
): Flops {
  const mixing = blockFlops(shape.textConditioning, shape, counts);
  const cnn = blockFlops("cnn", shape, counts);
  return {
    linear: shape.attentionLayers * mixing.linear +
      shape.cnnLayers * cnn.linear,
    attention: shape.attentionLayers * mixing.attention,
  };
}

/** Both shares together. */
export function totalFlops({ linear, attention }: Flops): number {
  return linear + attention;
}

/**
 * Video tokens at which the attention of a block costs as much as its linear
 * layers, without text: `28 D^2 N = 4 N^2 D` at `N = 7 D` for LTX-2.
 */
export function tokensOfEqualShares(
  kind: "cross" | "joint",
  width: number,
): number {
  const one = blockFlops(kind, { width, cnnWidth: 0 }, { video: 1, text: 0 });
  return one.linear / one.attention;
}
