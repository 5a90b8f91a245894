import { hashOf } from "../../core/mod.ts";

/**
 * The blocks of Unicode 17 (Blocks.txt of the Unicode Character Database), first
 * and last code point, without surrogates, private use and empty planes. Whole
 * blocks, so that characters added to one later have a row already; fixed, so
 * that a trained table means the same on every machine.
 */
export const BLOCKS: readonly (readonly [first: number, last: number])[] = [
  [0x0000, 0xd7ff],
  [0xf900, 0x11dff],
  [0x11ee0, 0x1254f],
  [0x12f90, 0x1467f],
  [0x16100, 0x1613f],
  [0x16800, 0x16bff],
  [0x16d40, 0x18dff],
  [0x1aff0, 0x1b2ff],
  [0x1bc00, 0x1bcaf],
  [0x1cc00, 0x1daaf],
  [0x1df00, 0x1e2ff],
  [0x1e4d0, 0x1e6ff],
  [0x1e7e0, 0x1e95f],
  [0x1ec70, 0x1eeff],
  [0x1f000, 0x1fbff],
  [0x20000, 0x2ee5f],
  [0x2f800, 0x2fa1f],
  [0x30000, 0x3347f],
  [0xe0000, 0xe01ef],
];

/** Row of the first code point of each block; row 0 is for all others. */
const FIRST_ROWS: readonly number[] = BLOCKS.map((_, i) =>
  BLOCKS.slice(0, i).reduce((sum, [first, last]) => sum + last - first + 1, 1)
);

/** Rows of a table with one for each character of Unicode. */
export const UNICODE_ROWS: number = FIRST_ROWS.at(-1)! +
  BLOCKS.at(-1)![1] - BLOCKS.at(-1)![0] + 1;

/**
 * The row of a character in a table: its own if the table holds all of Unicode,
 * else one that it shares with others by hash.
 *
 * @param character One code point.
 * @param rows Rows of the table.
 *
 * @example
 * ```ts
 * import { characterRow, UNICODE_ROWS } from "lib/models/text/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(characterRow("a", UNICODE_ROWS), 1 + "a".codePointAt(0)!);
 * assert.ok(characterRow("語", 64) < 64);
 * ```
 */
export function characterRow(character: string, rows: number): number {
  if (rows < UNICODE_ROWS) return hashOf(character) % rows;
  const code = character.codePointAt(0)!;
  const block = BLOCKS.findIndex(([, last]) => code <= last);
  if (block === -1) return 0;
  const [first] = BLOCKS[block]!;
  return code < first ? 0 : FIRST_ROWS[block]! + code - first;
}
