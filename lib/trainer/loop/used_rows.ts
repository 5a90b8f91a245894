import type { NdArray } from "../../core/mod.ts";
import type { Ranks } from "../../ranks/mod.ts";

/** A matrix of so many rows may be a table of embeddings, of which a batch uses a few. */
const TABLE_ROWS = 256;

/**
 * The values of arrays that are not zero on some rank: of a table the rows that
 * any rank used, of other arrays all values.
 *
 * @param arrays float32, of the same shapes on all ranks.
 * @returns views of each array, consecutive rows in one, the same places on all
 *   ranks
 */
export async function usedRows(
  ranks: Ranks,
  arrays: readonly NdArray[],
): Promise<Float32Array[][]> {
  const tables = arrays.filter(isTable);
  const used = new Float32Array(
    tables.reduce((sum, { shape }) => sum + shape[0]!, 0),
  );
  let begin = 0;
  const flags = new Map(tables.map((table) => {
    const rows = used.subarray(begin, begin += table.shape[0]!);
    markUsed(table, rows);
    return [table, rows];
  }));
  if (tables.length > 0) await ranks.sum(used);
  return arrays.map((array) => {
    const rows = flags.get(array);
    const data = array.data as Float32Array;
    return rows ? viewsOf(data, array.shape[1]!, rows) : [data];
  });
}

function isTable({ shape }: NdArray): boolean {
  return shape.length === 2 && shape[0]! >= TABLE_ROWS;
}

/** Marks rows with a value that is not zero by 1. */
function markUsed({ shape: [rows, width], data }: NdArray, used: Float32Array) {
  for (let row = 0; row < rows!; row++) {
    const end = (row + 1) * width!;
    for (let i = row * width!; i < end; i++) {
      if (data[i] === 0) continue; // NaN is used
      used[row] = 1;
      break;
    }
  }
}

/** Views of the rows with marks, neighbours in one. */
function viewsOf(
  data: Float32Array,
  width: number,
  marks: Float32Array,
): Float32Array[] {
  const views: Float32Array[] = [];
  for (let row = 0; row < marks.length;) {
    const first = row;
    while (row < marks.length && marks[row]! > 0) row++;
    if (row > first) views.push(data.subarray(first * width, row * width));
    else row++;
  }
  return views;
}
