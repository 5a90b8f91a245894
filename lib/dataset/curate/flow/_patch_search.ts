import { type Level, PAD } from "./_pyramid.ts";

/** Pixels of a patch's side. */
export const PATCH = 8;
const AREA = PATCH * PATCH;

/** Pixels between the patches of a row, and between the rows. */
const STEP = 4;

/** The search ends at steps shorter than this, pixels. */
const CONVERGED = 0.03;

/**
 * Added to the diagonal of the Hessian, luma squared: without an edge in a
 * direction, a patch keeps its initial displacement.
 */
const DAMPING = AREA * 0.5;

/** The patches of one level and their displacements. */
export interface Patches {
  readonly columns: number;
  readonly rows: number;
  /** Left side of each column, pixels. */
  readonly xs: Int32Array;
  /** Top of each row, pixels. */
  readonly ys: Int32Array;
  /** Displacement of each patch, pixels. */
  readonly u: Float32Array;
  readonly v: Float32Array;
  /** Mean squared difference after the search, up to brightness, luma squared. */
  readonly residual: Float32Array;
  /** Difference of mean luma after the search. */
  readonly shift: Float32Array;
  /** Variance of the patch's luma. */
  readonly variance: Float32Array;
  /** Variance of the gradients: an even slope has none. */
  readonly texture: Float32Array;
}

/** Tiles a level with patches, the last ones flush with its right and lower side. */
export function layPatches(width: number, height: number): Patches {
  const xs = positions(width);
  const ys = positions(height);
  const count = xs.length * ys.length;
  return {
    columns: xs.length,
    rows: ys.length,
    xs,
    ys,
    u: new Float32Array(count),
    v: new Float32Array(count),
    residual: new Float32Array(count),
    shift: new Float32Array(count),
    variance: new Float32Array(count),
    texture: new Float32Array(count),
  };
}

function positions(length: number): Int32Array {
  const count = Math.ceil((length - PATCH) / STEP) + 1;
  return Int32Array.from(
    { length: count },
    (_, i) => Math.min(i * STEP, length - PATCH),
  );
}

/**
 * Finds each patch of one frame in another: dense inverse search (Kroeger et
 * al. 2016, arXiv 1603.03590). Every step uses the gradients of the first frame
 * and only samples the second.
 *
 * @param patches `u` and `v` hold the initial displacements.
 * @param iterations Largest number of steps of one patch.
 */
export function searchPatches(
  from: Level,
  to: Level,
  patches: Patches,
  iterations: number,
): void {
  const { columns, rows, xs, ys, u, v, residual, shift } = patches;
  const { variance, texture } = patches;
  const { width, gradientX, gradientY } = from;
  const patch = new Patch();
  const { template, stepX, stepY, found } = patch;
  for (let row = 0, index = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, index++) {
      const x = xs[column]!, y = ys[row]!;
      let mean = 0, meanSquare = 0, xx = 0, xy = 0, yy = 0;
      let sumGx = 0, sumGy = 0;
      for (let j = 0, k = 0; j < PATCH; j++) {
        let at = (y + j + PAD) * from.stride + x + PAD;
        let g = (y + j) * width + x;
        for (let i = 0; i < PATCH; i++, k++, at++, g++) {
          const value = from.luma[at]!;
          const gx = gradientX[g]!, gy = gradientY[g]!;
          template[k] = value;
          stepX[k] = gx;
          stepY[k] = gy;
          mean += value;
          meanSquare += value * value;
          sumGx += gx;
          sumGy += gy;
          xx += gx * gx;
          xy += gx * gy;
          yy += gy * gy;
        }
      }
      mean /= AREA;
      variance[index] = Math.max(0, meanSquare / AREA - mean * mean);
      xx -= sumGx * sumGx / AREA;
      xy -= sumGx * sumGy / AREA;
      yy -= sumGy * sumGy / AREA;
      texture[index] = (xx + yy) / AREA;
      xx += DAMPING;
      yy += DAMPING;
      const determinant = xx * yy - xy * xy;
      patch.meanGx = sumGx / AREA;
      patch.meanGy = sumGy / AREA;

      // Start from the better of the initial and the neighbours' displacements.
      let bestU = u[index]!, bestV = v[index]!;
      let best = patch.compare(to, x + bestU, y + bestV);
      let bestSum = found[0]!, bestX = found[1]!, bestY = found[2]!;
      for (let side = 0; side < 2; side++) {
        if (side === 0 ? column === 0 : row === 0) continue;
        const neighbour = index - (side === 0 ? 1 : columns);
        const nu = u[neighbour]!, nv = v[neighbour]!;
        if (Math.abs(nu - bestU) + Math.abs(nv - bestV) < 0.1) continue;
        const cost = patch.compare(to, x + nu, y + nv);
        if (cost < best) {
          best = cost;
          bestSum = found[0]!;
          bestX = found[1]!;
          bestY = found[2]!;
          bestU = nu;
          bestV = nv;
        }
      }
      for (let i = 0; i < iterations; i++) {
        const du = (yy * bestX - xy * bestY) / determinant;
        const dv = (xx * bestY - xy * bestX) / determinant;
        const moved = Math.abs(du) + Math.abs(dv);
        if (!(moved < PATCH) || moved < CONVERGED) break;
        const nu = bestU - du, nv = bestV - dv;
        const cost = patch.compare(to, x + nu, y + nv);
        if (cost >= best) break;
        best = cost;
        bestSum = found[0]!;
        bestX = found[1]!;
        bestY = found[2]!;
        bestU = nu;
        bestV = nv;
      }
      u[index] = bestU;
      v[index] = bestV;
      residual[index] = best / AREA;
      shift[index] = bestSum / AREA;
    }
  }
}

/** One patch, and its difference from a place in the other frame. */
class Patch {
  readonly template = new Float32Array(AREA);
  readonly stepX = new Float32Array(AREA);
  readonly stepY = new Float32Array(AREA);
  meanGx = 0;
  meanGy = 0;
  /**
   * Of the latest comparison: the sum of differences, and of their products
   * with the centred gradients. A typed array, because V8 allocates a number
   * anew whenever a field of an object changes.
   */
  readonly found = new Float64Array(3);

  /** Returns the sum of squared differences about their mean. */
  compare(
    { width, height, stride, luma }: Level,
    x: number,
    y: number,
  ): number {
    const { template, stepX, stepY } = this;
    const px = Math.min(width + PAD - PATCH - 1, Math.max(-PAD, x));
    const py = Math.min(height + PAD - PATCH - 1, Math.max(-PAD, y));
    const ix = Math.floor(px), iy = Math.floor(py);
    const fx = px - ix, fy = py - iy;
    const w11 = fx * fy, w10 = fy - w11, w01 = fx - w11, w00 = 1 - fx - w10;
    let s = 0, sx = 0, sy = 0, ss = 0;
    let row = (iy + PAD) * stride + ix + PAD;
    for (let j = 0, k = 0; j < PATCH; j++, row += stride) {
      let left = luma[row]!, low = luma[row + stride]!;
      for (let i = 1; i <= PATCH; i++, k++) {
        const right = luma[row + i]!, lowRight = luma[row + stride + i]!;
        const difference = w00 * left + w01 * right + w10 * low +
          w11 * lowRight - template[k]!;
        left = right;
        low = lowRight;
        s += difference;
        sx += difference * stepX[k]!;
        sy += difference * stepY[k]!;
        ss += difference * difference;
      }
    }
    this.found[0] = s;
    this.found[1] = sx - s * this.meanGx;
    this.found[2] = sy - s * this.meanGy;
    return ss - s * s / AREA;
  }
}
