import type { Convolution } from "../_weights_file.ts";

/**
 * A convolution with a cubic window, its batch norm and a ReLU; named as in
 * PyTorch's file, without `.conv3d` and `.bn`.
 */
export interface I3dUnit extends Convolution {
  /** Along all three axes. */
  readonly stride: number;
}

/** A maximum over a window. */
export interface I3dPool {
  readonly window: readonly [number, number, number];
  readonly stride: readonly [number, number, number];
}

/** Four branches side by side; the last begins with a maximum over 3x3x3. */
export interface I3dMixed {
  readonly branches: readonly (readonly I3dUnit[])[];
}

/** One step of the network. */
export type I3dStep =
  | { readonly unit: I3dUnit }
  | { readonly pool: I3dPool }
  | { readonly mixed: I3dMixed };

const unit = (
  name: string,
  from: number,
  to: number,
  window: number,
  stride = 1,
): { readonly unit: I3dUnit } => ({ unit: { name, from, to, window, stride } });

const pool = (
  window: I3dPool["window"],
  stride: I3dPool["stride"],
): { readonly pool: I3dPool } => ({ pool: { window, stride } });

/** @param widths Of b0, b1a, b1b, b2a, b2b and b3b. */
const mixed = (
  name: string,
  from: number,
  widths: readonly [number, number, number, number, number, number],
): { readonly mixed: I3dMixed } => {
  const [b0, b1a, b1b, b2a, b2b, b3b] = widths;
  const of = (
    branch: string,
    from: number,
    to: number,
    window: number,
  ): I3dUnit => unit(`${name}.${branch}`, from, to, window).unit;
  return {
    mixed: {
      branches: [
        [of("b0", from, b0, 1)],
        [of("b1a", from, b1a, 1), of("b1b", b1a, b1b, 3)],
        [of("b2a", from, b2a, 1), of("b2b", b2a, b2b, 3)],
        [of("b3b", from, b3b, 1)],
      ],
    },
  };
};

/**
 * Inception-v1 inflated to three dimensions (Carreira and Zisserman 2017,
 * arXiv 1705.07750, figure 3), with the names of the public PyTorch port.
 */
export const I3D_STEPS: readonly I3dStep[] = [
  unit("Conv3d_1a_7x7", 3, 64, 7, 2),
  pool([1, 3, 3], [1, 2, 2]),
  unit("Conv3d_2b_1x1", 64, 64, 1),
  unit("Conv3d_2c_3x3", 64, 192, 3),
  pool([1, 3, 3], [1, 2, 2]),
  mixed("Mixed_3b", 192, [64, 96, 128, 16, 32, 32]),
  mixed("Mixed_3c", 256, [128, 128, 192, 32, 96, 64]),
  pool([3, 3, 3], [2, 2, 2]),
  mixed("Mixed_4b", 480, [192, 96, 208, 16, 48, 64]),
  mixed("Mixed_4c", 512, [160, 112, 224, 24, 64, 64]),
  mixed("Mixed_4d", 512, [128, 128, 256, 24, 64, 64]),
  mixed("Mixed_4e", 512, [112, 144, 288, 32, 64, 64]),
  mixed("Mixed_4f", 528, [256, 160, 320, 32, 128, 128]),
  pool([2, 2, 2], [2, 2, 2]),
  mixed("Mixed_5b", 832, [256, 160, 320, 32, 128, 128]),
  mixed("Mixed_5c", 832, [384, 192, 384, 48, 128, 128]),
];

/** Channels after the last step, and classes of Kinetics-400. */
export const [I3D_POOLED, I3D_LOGITS] = [1024, 400];

/** Name of the last layer in PyTorch's file. */
export const I3D_HEAD = "logits";

/** Height and width of the network's input, in pixels. */
export const I3D_SIZE = 224;

/** Fewest frames that leave something to average over at the end. */
export const I3D_LEAST_FRAMES = 9;

/** All units, in order. */
export const I3D_UNITS: readonly I3dUnit[] = I3D_STEPS.flatMap((step) =>
  "unit" in step
    ? [step.unit]
    : "mixed" in step
    ? step.mixed.branches.flat()
    : []
);
