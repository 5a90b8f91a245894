import { float32, InputError, type NdArray, zeros } from "../core/mod.ts";
import {
  type GridSize,
  latentSizeOf,
  type Strided,
  strideOf,
} from "../models/vae/mod.ts";

/**
 * How a clip is coded in tiles. Tiles overlap; over the middle third of an
 * overlap the result goes from one tile to the next in a straight line, since
 * the cells at a tile's own border lack their neighbours.
 */
export interface TileOptions {
  /** Latent cells of a tile; it may be larger than the clip. */
  readonly tile: GridSize;
  /** Latent cells that neighbouring tiles share at least, smaller than the tile. */
  readonly overlap: GridSize;
}

const AXES = ["frames", "height", "width"] as const;

/**
 * Latent cells that tiles share along each axis. The shipped VAE decodes a clip
 * in such tiles as it decodes the whole to 66 dB, in the worst column of pixels
 * and the worst frame to 59 dB; with 2 cells these are 56 and 45 dB.
 */
const OVERLAP = 4;

/**
 * The fewest tiles of equal size that are each at most a share of the clip.
 * Along an axis a tile is never shorter than two overlaps, below which tiles
 * cost more than they save.
 *
 * @param grid Latent cells of the clip.
 * @param share In [0,1].
 */
export function tilesWithin(grid: GridSize, share: number): TileOptions {
  const cells = share * grid.frames * grid.height * grid.width;
  const pieces = { frames: 1, height: 1, width: 1 };
  const sizeOf = (axis: keyof GridSize): number =>
    Math.ceil((grid[axis] + (pieces[axis] - 1) * OVERLAP) / pieces[axis]);
  while (AXES.reduce((product, axis) => product * sizeOf(axis), 1) > cells) {
    const longest = AXES.toSorted((a, b) => sizeOf(b) - sizeOf(a))[0]!;
    if (sizeOf(longest) <= 2 * OVERLAP) break;
    pieces[longest]++;
  }
  const of = (value: (axis: keyof GridSize) => number): GridSize => ({
    frames: value("frames"),
    height: value("height"),
    width: value("width"),
  });
  return {
    tile: of(sizeOf),
    overlap: of((axis) => pieces[axis] > 1 ? OVERLAP : 0),
  };
}

/** Codes clips `[B,T,H,W,3]` or latents `[B,t,h,w,Z]` of one size. */
export type TileCoder = (
  tile: NdArray<"float32">,
) => Promise<NdArray<"float32">>;

/**
 * Encodes a clip tile by tile.
 *
 * @param clip `[B,T,H,W,3]` in [0,1].
 * @param encodeTile From tiles of a clip to their latents; all have one size.
 * @param tilesOf Chooses tiles for the clip's latent cells.
 * @returns `[B,t,h,w,Z]`
 *
 * @throws {InputError} if the strides do not divide the clip, or an overlap is not smaller than the tile
 */
export async function encodeTiled(
  clip: NdArray<"float32">,
  encodeTile: TileCoder,
  config: Strided,
  tilesOf: (grid: GridSize) => TileOptions,
): Promise<NdArray<"float32">> {
  const [, frames, height, width] = clip.shape as Five;
  const grid = latentSizeOf(config, { frames, height, width });
  const { space, time } = strideOf(config);
  return await inTiles(clip, encodeTile, grid, tilesOf(grid), {
    from: [time, space, space],
    to: [1, 1, 1],
  });
}

/**
 * Decodes a latent tile by tile.
 *
 * @param latent `[B,t,h,w,Z]`
 * @param decodeTile From tiles of a latent to clips; all have one size.
 * @param tilesOf Chooses tiles for the latent's cells.
 * @returns `[B,T,H,W,3]`
 *
 * @throws {InputError} if an overlap is not smaller than the tile
 */
export async function decodeTiled(
  latent: NdArray<"float32">,
  decodeTile: TileCoder,
  config: Strided,
  tilesOf: (grid: GridSize) => TileOptions,
): Promise<NdArray<"float32">> {
  const [, frames, height, width] = latent.shape as Five;
  const grid = { frames, height, width };
  const { space, time } = strideOf(config);
  return await inTiles(latent, decodeTile, grid, tilesOf(grid), {
    from: [1, 1, 1],
    to: [time, space, space],
  });
}

type Five = [number, number, number, number, number];
type Three = readonly [number, number, number];

/** A tile along one axis, in latent cells. */
interface Span {
  readonly start: number;
  readonly length: number;
}

/**
 * Tiles of one length that cover an axis, evenly spread.
 *
 * @throws {InputError} if the overlap is not smaller than the tile
 */
function spansOf(
  axis: string,
  size: number,
  tile: number,
  overlap: number,
): Span[] {
  if (!(overlap >= 0 && overlap < tile)) {
    throw new InputError(
      `Cannot code in tiles: the overlap of ${axis} must be smaller than the ` +
        `tile, ${tile}: current value is ${overlap}`,
    );
  }
  if (tile >= size) return [{ start: 0, length: size }];
  const count = Math.ceil((size - overlap) / (tile - overlap));
  return Array.from({ length: count }, (_, i) => ({
    start: Math.round(i * (size - tile) / (count - 1)),
    length: tile,
  }));
}

/** Cuts, codes and puts together again. */
async function inTiles(
  input: NdArray<"float32">,
  code: TileCoder,
  cells: GridSize,
  { tile, overlap }: TileOptions,
  scale: { readonly from: Three; readonly to: Three },
): Promise<NdArray<"float32">> {
  const spans = AXES.map((axis) =>
    spansOf(axis, cells[axis], tile[axis], overlap[axis])
  );
  const weights = AXES.map((axis, i) =>
    weightsOf(spans[i]!, cells[axis], scale.to[i]!)
  );
  let result: NdArray<"float32"> | undefined;
  for (const [i, t] of spans[0]!.entries()) {
    for (const [j, h] of spans[1]!.entries()) {
      for (const [k, w] of spans[2]!.entries()) {
        const at = [t, h, w];
        const coded = await code(cut(input, at, scale.from));
        const [B, , , , C] = coded.shape as Five;
        result ??= zeros([
          B,
          ...AXES.map((axis, i) => cells[axis] * scale.to[i]!),
          C,
        ]);
        add(result, coded, at, scale.to, [
          weights[0]![i]!,
          weights[1]![j]!,
          weights[2]![k]!,
        ]);
      }
    }
  }
  return result!;
}

/**
 * How much each tile counts at each place of one axis; 1 in all at every place.
 */
function weightsOf(
  spans: readonly Span[],
  cells: number,
  scale: number,
): Float64Array[] {
  const raw = spans.map(({ start, length }, i) => {
    const before = spans[i - 1];
    const after = spans[i + 1];
    const shared = (left: Span, right: Span): number =>
      (left.start + left.length - right.start) * scale;
    return new Float64Array(length * scale).map((_, place) => {
      const fromEnd = length * scale - 1 - place;
      return Math.min(
        before ? riseOf(place, shared(before, { start, length })) : 1,
        after ? riseOf(fromEnd, shared({ start, length }, after)) : 1,
      );
    });
  });
  const sums = new Float64Array(cells * scale);
  spans.forEach(({ start }, i) =>
    raw[i]!.forEach((weight, place) => sums[start * scale + place]! += weight)
  );
  return spans.map(({ start }, i) =>
    raw[i]!.map((weight, place) => weight / sums[start * scale + place]!)
  );
}

/** Nothing in the first third of an overlap, everything from the last, a line between. */
function riseOf(place: number, overlap: number): number {
  if (overlap === 0) return 1;
  const rise = 3 * (place + 0.5) / overlap - 1;
  return Math.min(1, Math.max(0, rise));
}

/** A tile of `[B,T,H,W,C]`. */
function cut(
  { shape, data }: NdArray<"float32">,
  at: readonly Span[],
  scale: Three,
): NdArray<"float32"> {
  const [B, T, H, W, C] = shape as Five;
  const [t, h, w] = at.map(({ length }, i) => length * scale[i]!) as [
    number,
    number,
    number,
  ];
  const [t0, h0, w0] = at.map(({ start }, i) => start * scale[i]!);
  const values = new Float32Array(B * t * h * w * C);
  let to = 0;
  for (let b = 0; b < B; b++) {
    for (let i = 0; i < t; i++) {
      for (let j = 0; j < h; j++) {
        const row = ((b * T + t0! + i) * H + h0! + j) * W + w0!;
        values.set(data.subarray(row * C, (row + w) * C), to);
        to += w * C;
      }
    }
  }
  return float32([B, t, h, w, C], values);
}

/** Adds a tile, weighted, where it belongs. */
function add(
  into: NdArray<"float32">,
  tile: NdArray<"float32">,
  at: readonly Span[],
  scale: Three,
  weights: readonly Float64Array[],
): void {
  const [B, t, h, w, C] = tile.shape as Five;
  const [, T, H, W] = into.shape as Five;
  const [t0, h0, w0] = at.map(({ start }, i) => start * scale[i]!);
  const [byFrame, byRow, byColumn] = weights;
  for (let b = 0; b < B; b++) {
    for (let i = 0; i < t; i++) {
      for (let j = 0; j < h; j++) {
        const rowWeight = byFrame![i]! * byRow![j]!;
        if (rowWeight === 0) continue;
        const from = ((b * t + i) * h + j) * w;
        const to = ((b * T + t0! + i) * H + h0! + j) * W + w0!;
        for (let k = 0; k < w; k++) {
          const weight = rowWeight * byColumn![k]!;
          for (let c = 0; c < C; c++) {
            into.data[(to + k) * C + c]! += weight *
              tile.data[(from + k) * C + c]!;
          }
        }
      }
    }
  }
}
