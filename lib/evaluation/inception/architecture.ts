/** A convolution with its batch norm and a ReLU, named as in Keras: `conv2d_7`. */
export interface InceptionUnit {
  readonly name: string;
  /** Channels. */
  readonly from: number;
  readonly to: number;
  /** Pixels, down and across. */
  readonly window: readonly [height: number, width: number];
  readonly stride: number;
  readonly pad: "same" | "valid";
}

/** Branches side by side, whose outputs are concatenated; each begins with a pool or none. */
export interface InceptionBranch {
  /** 3x3: a mean at every place, or a maximum at every second one. */
  readonly pool?: "mean" | "maximum";
  readonly units: readonly InceptionUnit[];
}

/** One step of the network. */
export type InceptionStep =
  | { readonly unit: InceptionUnit }
  /** A maximum over 3x3 at every second place. */
  | { readonly pool: "maximum" }
  | { readonly mixed: readonly InceptionBranch[] }
  /** The output so far is a layer to be read. */
  | { readonly tap: InceptionTap };

/** Layers that can be read, by their channels and the scale of their places. */
export const INCEPTION_TAPS = {
  conv2d_3: { channels: 64, scale: 2 },
  conv2d_5: { channels: 192, scale: 4 },
  mixed2: { channels: 288, scale: 8 },
  mixed5: { channels: 768, scale: 16 },
} as const;

/** Name of a layer that can be read. */
export type InceptionTap = keyof typeof INCEPTION_TAPS;

/** Height and width of the network's input in its training, in pixels. */
export const INCEPTION_SIZE = 299;

/**
 * InceptionV3 (Szegedy et al. 2015, arXiv 1512.00567) of Keras up to `mixed5`,
 * its sixth block. Keras numbers the convolutions in the order of this list.
 */
export const INCEPTION_STEPS: readonly InceptionStep[] = stepsOf();

/** All units, in order. */
export const INCEPTION_UNITS: readonly InceptionUnit[] = INCEPTION_STEPS
  .flatMap((step) =>
    "unit" in step
      ? [step.unit]
      : "mixed" in step
      ? step.mixed.flatMap(({ units }) => units)
      : []
  );

function stepsOf(): InceptionStep[] {
  let count = 0;
  const unit = (
    from: number,
    to: number,
    window: number | readonly [number, number],
    { stride = 1, pad = "same" }: Partial<
      Pick<InceptionUnit, "stride" | "pad">
    > = {},
  ): InceptionUnit => ({
    name: `conv2d_${++count}`,
    from,
    to,
    window: typeof window === "number" ? [window, window] : window,
    stride,
    pad,
  });
  /** Units of windows and widths, one after the other. */
  const chain = (
    from: number,
    ...parts: [to: number, window: number | readonly [number, number]][]
  ): InceptionUnit[] =>
    parts.map(([to, window], i) => unit(parts[i - 1]?.[0] ?? from, to, window));
  const valid = { pad: "valid" } as const;
  const halved = { stride: 2, pad: "valid" } as const;
  const small = (from: number, pooled: number): InceptionStep => ({
    mixed: [
      { units: chain(from, [64, 1]) },
      { units: chain(from, [48, 1], [64, 5]) },
      { units: chain(from, [64, 1], [96, 3], [96, 3]) },
      { pool: "mean", units: chain(from, [pooled, 1]) },
    ],
  });
  const [tall, wide] = [[7, 1], [1, 7]] as const;
  const large = (width: number): InceptionStep => ({
    mixed: [
      { units: chain(768, [192, 1]) },
      { units: chain(768, [width, 1], [width, wide], [192, tall]) },
      {
        units: chain(
          768,
          [width, 1],
          [width, tall],
          [width, wide],
          [width, tall],
          [192, wide],
        ),
      },
      { pool: "mean", units: chain(768, [192, 1]) },
    ],
  });
  return [
    { unit: unit(3, 32, 3, halved) },
    { unit: unit(32, 32, 3, valid) },
    { unit: unit(32, 64, 3) },
    { tap: "conv2d_3" },
    { pool: "maximum" },
    { unit: unit(64, 80, 1, valid) },
    { unit: unit(80, 192, 3, valid) },
    { tap: "conv2d_5" },
    { pool: "maximum" },
    small(192, 32), // mixed0
    small(256, 64),
    small(288, 64),
    { tap: "mixed2" },
    {
      mixed: [
        { units: [unit(288, 384, 3, halved)] },
        { units: [...chain(288, [64, 1], [96, 3]), unit(96, 96, 3, halved)] },
        { pool: "maximum", units: [] },
      ],
    },
    large(128),
    large(160),
    { tap: "mixed5" },
  ];
}
