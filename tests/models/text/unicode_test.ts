import assert from "node:assert/strict";
import { characterRow, UNICODE_ROWS } from "lib/models/text/mod.ts";

/** Every code point but the surrogates, which are no characters. */
function* codePoints(): Generator<[code: number, character: string]> {
  for (let code = 0; code <= 0x10ffff; code++) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    yield [code, String.fromCodePoint(code)];
  }
}

Deno.test("every assigned character of Unicode has a row of its own", () => {
  const taken = new Uint8Array(UNICODE_ROWS);
  let count = 0;
  for (const [code, character] of codePoints()) {
    // Assigned as this runtime knows it, private use left out.
    if (!/[^\p{Cn}\p{Co}]/u.test(character)) continue;
    const row = characterRow(character, UNICODE_ROWS);
    const name = `U+${code.toString(16)} in row ${row}`;
    assert.ok(row > 0 && row < UNICODE_ROWS, name);
    assert.equal(taken[row], 0, `${name} is not alone`);
    taken[row] = 1;
    count++;
  }
  assert.ok(count > 150_000, `${count}`);
});

Deno.test("rows rise with the code points, from 1 to the last without a gap", () => {
  let last = 0;
  for (const [code, character] of codePoints()) {
    const row = characterRow(character, UNICODE_ROWS);
    if (row === 0) continue;
    assert.equal(row, last + 1, `U+${code.toString(16)}`);
    last = row;
  }
  assert.equal(last, UNICODE_ROWS - 1);
});

Deno.test("private use, noncharacters and empty planes share row 0", () => {
  for (const code of [0xe000, 0xf8ff, 0x1ffff, 0x40000, 0xf0000, 0x10ffff]) {
    assert.equal(characterRow(String.fromCodePoint(code), UNICODE_ROWS), 0);
  }
});

Deno.test("smaller tables share rows by hash, spread over all of them", () => {
  const rows = new Set<number>();
  for (let code = 0x4e00; code < 0x5e00; code++) {
    const row = characterRow(String.fromCodePoint(code), 256);
    assert.ok(Number.isInteger(row) && row >= 0 && row < 256);
    rows.add(row);
  }
  assert.equal(rows.size, 256);
});
