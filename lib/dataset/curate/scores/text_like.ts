import type { Plane } from "../flow/plane.ts";

/** Cells of a frame that look like text. */
export interface TextCells {
  readonly columns: number;
  readonly rows: number;
  /** `[rows,columns]`, 1 where a cell looks like text. */
  readonly cells: Uint8Array;
}

/** Size of a cell, pixels: about two letters of a subtitle at 480x270. */
const CELL_WIDTH = 16;
const CELL_HEIGHT = 8;

/** Luma difference over two pixels at the edge of a letter. */
const EDGE = 60;
/** Smallest number of alternating edges in a row of a cell. */
const EDGES_IN_ROW = 3;
/** Smallest number of such rows in a cell. */
const ROWS = 4;
/** Cells of the shortest word. */
const WORD = 3;

/**
 * Finds cells that look like text: strong edges that alternate between light and
 * dark, in several rows, over three neighbouring cells or more. Fences, bricks
 * and leaves can look alike.
 *
 * @param frame About 480x270, luma in [0,255].
 */
export function findTextCells({ width, height, data }: Plane): TextCells {
  const columns = Math.floor(width / CELL_WIDTH);
  const rows = Math.floor(height / CELL_HEIGHT);
  const cells = new Uint8Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let lettered = 0;
      for (let j = 0; j < CELL_HEIGHT; j++) {
        const start = (row * CELL_HEIGHT + j) * width + column * CELL_WIDTH;
        const end = Math.min(CELL_WIDTH, width - 2 - column * CELL_WIDTH);
        let edges = 0, last = 0;
        for (let i = 0; i < end; i++) {
          const step = data[start + i + 2]! - data[start + i]!;
          const sign = step > EDGE ? 1 : step < -EDGE ? -1 : 0;
          if (sign !== 0 && sign !== last) edges++;
          if (sign !== 0) last = sign;
        }
        if (edges >= EDGES_IN_ROW) lettered++;
      }
      cells[row * columns + column] = Number(lettered >= ROWS);
    }
    dropShortRuns(cells, row * columns, columns);
  }
  return { columns, rows, cells };
}

/** Clears runs that are shorter than a word. */
function dropShortRuns(cells: Uint8Array, start: number, count: number): void {
  for (let i = 0, run = 0; i <= count; i++) {
    if (i < count && cells[start + i] === 1) {
      run++;
      continue;
    }
    if (run < WORD) cells.fill(0, start + i - run, start + i);
    run = 0;
  }
}

/** Smallest share of samples that show an overlay. */
const PERSISTENCE = 0.7;

/**
 * The share of the frame that shows text for most of a shot: titles, subtitles,
 * tickers and logos are static, text in the scene mostly moves.
 *
 * @param samples Frames spread over the shot.
 * @returns In [0,1]; 0 without samples.
 */
export function textLikeShare(samples: readonly TextCells[]): number {
  const cells = samples[0]?.cells;
  if (cells === undefined || cells.length === 0) return 0;
  const counts = new Uint32Array(cells.length);
  for (const sample of samples) {
    for (let i = 0; i < counts.length; i++) counts[i]! += sample.cells[i]!;
  }
  const steady = counts.filter((n) => n >= PERSISTENCE * samples.length);
  return steady.length / counts.length;
}
