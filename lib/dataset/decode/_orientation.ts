/** How a player transforms coded frames: mirrored top to bottom, then rotated. */
export interface Orientation {
  /** Clockwise. */
  readonly degrees: 0 | 90 | 180 | 270;
  readonly mirrored: boolean;
}

const UPRIGHT: Orientation = { degrees: 0, mirrored: false };

/**
 * Reads the display matrix that phones store instead of rotating frames: nine
 * 32-bit numbers (a b u, c d v, x y w), which map (x, y) to (a x + c y,
 * b x + d y).
 *
 * @param matrix 36 bytes, little-endian; null = no matrix.
 */
export function orientationOf(matrix: Uint8Array | null): Orientation {
  if (matrix === null || matrix.length < 36) return UPRIGHT;
  const view = new DataView(
    matrix.buffer,
    matrix.byteOffset,
    matrix.byteLength,
  );
  const [a, b, c, d] = [0, 4, 12, 16].map((at) => view.getInt32(at, true)) as [
    number,
    number,
    number,
    number,
  ];
  const quarterTurns = Math.round(Math.atan2(b, a) / (Math.PI / 2));
  const degrees = ((quarterTurns + 4) % 4 * 90) as Orientation["degrees"];
  return { degrees, mirrored: a * d - b * c < 0 };
}

/** FFmpeg filters that apply an orientation. */
export function orientationFilters(
  { degrees, mirrored }: Orientation,
): string[] {
  const mirror = mirrored ? ["vflip"] : [];
  switch (degrees) {
    case 0:
      return mirror;
    case 90:
      return [...mirror, "transpose=clock"];
    case 180:
      return [...mirror, "hflip", "vflip"];
    case 270:
      return [...mirror, "transpose=cclock"];
  }
}

/** Whether the rotation swaps width and height. */
export function swapsAxes({ degrees }: Orientation): boolean {
  return degrees === 90 || degrees === 270;
}
