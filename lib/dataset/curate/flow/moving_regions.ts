import { type CameraMotion, GRID } from "./camera_motion.ts";
import type { Flow } from "./optical_flow.ts";

/** Motion relative to the camera's. */
export interface MovingRegions {
  /** 95th percentile of the displacement relative to the camera's, pixels. */
  readonly displacement: number;
  /** Share of the frame that moves relative to the camera, in [0,1]. */
  readonly share: number;
  /** Number of separate moving regions. */
  readonly count: number;
}

/** Largest displacement that may be an error of the flow, pixels. */
const NOISE = 0.4;

/** Samples of the smallest region; smaller ones are noise. */
const SMALLEST_REGION = 4;

/**
 * Finds regions that move relative to the camera, on a grid of samples four
 * pixels apart.
 *
 * @param flow Between two frames.
 * @param camera The result of {@link fitCamera} for the flow.
 */
export function findMovingRegions(
  { width, height, u, v, textured }: Flow,
  { panX, panY, zoom, roll }: CameraMotion,
): MovingRegions {
  const columns = Math.ceil((width - (GRID >> 1)) / GRID);
  const rows = Math.ceil((height - (GRID >> 1)) / GRID);
  const own = new Float32Array(columns * rows);
  for (let row = 0, i = 0; row < rows; row++) {
    const top = row * GRID + (GRID >> 1);
    const y = top - (height - 1) / 2;
    for (let column = 0; column < columns; column++, i++) {
      const left = column * GRID + (GRID >> 1);
      const x = left - (width - 1) / 2;
      const at = top * width + left;
      // Without texture, motion cannot be measured.
      if (textured[at] === 0) continue;
      own[i] = Math.hypot(
        u[at]! - panX - zoom * x + roll * y,
        v[at]! - panY - zoom * y - roll * x,
      );
    }
  }
  const moving = Uint8Array.from(own, (value) => Number(value > NOISE));
  let share = 0;
  for (const flag of moving) share += flag;
  const sorted = own.slice().sort();
  return {
    displacement: sorted[Math.floor(0.95 * (sorted.length - 1))]!,
    share: share / own.length,
    count: countRegions(moving, columns),
  };
}

/** Counts 4-connected regions of ones, and clears them. */
function countRegions(cells: Uint8Array, columns: number): number {
  let count = 0;
  const open: number[] = [];
  for (let start = 0; start < cells.length; start++) {
    if (cells[start] === 0) continue;
    let size = 0;
    cells[start] = 0;
    open.push(start);
    for (let i = open.pop(); i !== undefined; i = open.pop()) {
      size++;
      const column = i % columns;
      const neighbours = [
        column > 0 ? i - 1 : -1,
        column < columns - 1 ? i + 1 : -1,
        i - columns,
        i + columns,
      ];
      for (const next of neighbours) {
        if (cells[next] !== 1) continue;
        cells[next] = 0;
        open.push(next);
      }
    }
    if (size >= SMALLEST_REGION) count++;
  }
  return count;
}
