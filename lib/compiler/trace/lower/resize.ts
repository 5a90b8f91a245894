import type { KernelCall, Lowering, Lowerings } from "../kernel_call.ts";

/** A change of size along one axis, and the positions of the new pixels. */
interface Scaling {
  readonly from: number;
  readonly to: number;
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

/** Rows and columns, `[N,H,W,C]`. */
const SPATIAL = [1, 2] as const;

function scalingOf(
  { attributes }: KernelCall,
  from: number,
  to: number,
): Scaling {
  const { alignCorners, halfPixelCenters } = attributes;
  return { from, to, alignCorners, halfPixelCenters };
}

function scaleOf({ from, to, alignCorners }: Scaling): number {
  return alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
}

/** The source pixel of each new one, as TF.js computes it. */
function nearestPlaces(scaling: Scaling): number[] {
  const { from, to, alignCorners, halfPixelCenters } = scaling;
  const scale = scaleOf(scaling);
  return Array.from({ length: to }, (_, i) => {
    const place = halfPixelCenters ? scale * (i + 0.5) : scale * i;
    const nearest = alignCorners ? Math.round(place) : Math.floor(place);
    return Math.max(0, Math.min(from - 1, nearest));
  });
}

/** The weight of each old pixel in each new one: `[from,to]`. */
type Weights = (scaling: Scaling) => Float32Array<ArrayBuffer>;

const nearestWeights: Weights = (scaling) => {
  const weights = new Float32Array(scaling.from * scaling.to);
  nearestPlaces(scaling).forEach((place, i) => {
    weights[place * scaling.to + i] = 1;
  });
  return weights;
};

const linearWeights: Weights = (scaling) => {
  const { from, to, halfPixelCenters } = scaling;
  const scale = scaleOf(scaling);
  const weights = new Float32Array(from * to);
  for (let i = 0; i < to; i++) {
    const place = halfPixelCenters ? scale * (i + 0.5) - 0.5 : scale * i;
    const inside = Math.max(0, Math.min(from - 1, place));
    const low = Math.floor(inside);
    const high = Math.min(from - 1, low + 1);
    weights[low * to + i]! += 1 - (inside - low);
    weights[high * to + i]! += inside - low;
  }
  return weights;
};

const resizeLinear: Lowering = ({ builder, input, attributes }) => {
  const { size, alignCorners, halfPixelCenters } = attributes;
  const resized = builder.op("Resize", [
    builder.transpose(input("images"), [0, 3, 1, 2]),
  ], {
    size,
    coordinates: alignCorners
      ? "align_corners"
      : halfPixelCenters
      ? "half_pixel"
      : "asymmetric",
  });
  return builder.transpose(resized, [0, 2, 3, 1]);
};

/**
 * Gathers rows and columns at the positions of TF.js: the runtime rounds its own
 * in float32, and so picks another neighbour here and there.
 */
const resizeNearest: Lowering = (call) => {
  const { builder, input, attributes } = call;
  return SPATIAL.reduce((x, axis) => {
    const places = nearestPlaces(
      scalingOf(call, x.type.shape[axis]!, attributes.size[axis - 1]),
    );
    return builder.op("Gather", [x, builder.indices(places)], { axis });
  }, input("images"));
};

/**
 * The gradient of each new pixel goes to its old ones by the weights: along each
 * axis a product with their matrix. TF.js's own kernels always put the centres of
 * pixels at their corners; here they are those of the forward pass.
 */
const gradient = (weightsOf: Weights): Lowering => (call) => {
  const { builder, input } = call;
  const images = input("images");
  const dy = input("dy"); // [n,to h,to w,c]
  const weights = SPATIAL.map((axis) => {
    const [from, to] = [images.type.shape[axis]!, dy.type.shape[axis]!];
    const weights = weightsOf(scalingOf(call, from, to));
    return builder.constant(weights, "float32", [from, to]);
  });
  const [n, h, w, c] = images.type.shape as [number, number, number, number];
  const columns = builder.matMul(weights[1]!, dy);
  const rows = builder.matMul(
    weights[0]!,
    builder.reshape(columns, [n, dy.type.shape[1]!, w * c]),
  );
  return builder.reshape(rows, [n, h, w, c]);
};

/** Lowerings of changes of the size of images. */
export const RESIZE: Lowerings = {
  ResizeBilinear: resizeLinear,
  ResizeBilinearGrad: gradient(linearWeights),
  ResizeNearestNeighbor: resizeNearest,
  ResizeNearestNeighborGrad: gradient(nearestWeights),
};
