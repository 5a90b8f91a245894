import assert from "node:assert/strict";
import { float32 } from "lib/core/mod.ts";
import {
  parseSafetensorsHeader,
  readSafetensors,
  readSafetensorsHeader,
  writeSafetensors,
} from "lib/formats/safetensors/mod.ts";
import {
  damagedBytes,
  damagedValue,
  forAny,
  valueOrInputError,
} from "../../_any_input.ts";

const HEADER = {
  __metadata__: { step: "3" },
  a: { dtype: "F32", shape: [2], data_offsets: [0, 8] },
  "b/c": { dtype: "BF16", shape: [1, 2], data_offsets: [8, 12] },
};

Deno.test("any header of safetensors is read or refused", async () => {
  assert.equal(
    parseSafetensorsHeader(JSON.stringify(HEADER), "a", 12).entries.length,
    2,
  );
  await forAny(damagedValue(HEADER), async (value) => {
    const header = await valueOrInputError(() =>
      parseSafetensorsHeader(JSON.stringify(value), "a", 12)
    );
    if (header === undefined) return;
    assert.equal(header.entries.at(-1)?.end ?? 0, 12);
    for (const { shape, begin, end } of header.entries) {
      assert.ok([begin, end, ...shape].every(Number.isSafeInteger));
    }
  }, 1000);
});

Deno.test("any file of safetensors is read or refused", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/a.safetensors`;
  try {
    await writeSafetensors(path, [["a", float32([2], [1, 2])]], { step: "3" });
    const valid = await Deno.readFile(path);
    await forAny(damagedBytes(valid), async (bytes) => {
      await Deno.writeFile(path, bytes);
      await valueOrInputError(() => readSafetensorsHeader(path));
      await valueOrInputError(() => readSafetensors(path));
    }, 150);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
