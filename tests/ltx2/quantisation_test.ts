import assert from "node:assert/strict";
import {
  attentionNameAccount,
  fileAccount,
  LTX2,
  quantisedBlocksFor,
} from "lib/ltx2/mod.ts";

Deno.test("attentionNameAccount() finds no attention outside blocks and connectors", () => {
  const { modules, inBlocks, inConnectors, scalesPerBlock } =
    attentionNameAccount(LTX2, 0);
  assert.equal(modules, 288);
  assert.equal(inBlocks, modules * 10);
  assert.equal(inConnectors, 2 * 2 * 10);
  assert.equal(scalesPerBlock, 6 * 4 * 2);
});

Deno.test("quantisedBlocksFor() solves for every number of blocks there may be", () => {
  for (let blocks = 0; blocks <= LTX2.blocks; blocks++) {
    const { total } = attentionNameAccount(LTX2, blocks);
    assert.equal(quantisedBlocksFor(LTX2, total), blocks);
  }
});

Deno.test("quantisedBlocksFor() refuses counts that no file can have", () => {
  const reason =
    "they must come from a whole number of blocks, 0 to 48: 2920 " +
    "names without scales and 48 for each block give";
  for (
    const [names, blocks] of [[4937, "42.02"], [2919, "-0.02"], [5272, "49.00"]]
  ) {
    assert.throws(() => quantisedBlocksFor(LTX2, names as number), {
      name: "RangeError",
      message: `Cannot explain ${names} names with "attn": ${reason} ${blocks}`,
    });
  }
});

Deno.test("fileAccount() has room for audio VAE and vocoder only with 42 quantised blocks", () => {
  const rest = (blocks: number): number => fileAccount(LTX2, blocks).rest / 1e9;
  assert.ok(rest(41) < 0, `${rest(41)}`);
  assert.ok(rest(42) > 0.1 && rest(42) < 0.3, `${rest(42)}`);
  // One block more would leave over half a gigabyte that nothing explains.
  assert.ok(rest(43) > 0.6, `${rest(43)}`);
  const { quantisedWeights, scales, keptWeights, besides, file } = fileAccount(
    LTX2,
    42,
  );
  // In fp8 or bf16, no parameter of the transformer is lost or counted twice.
  assert.equal(quantisedWeights + keptWeights / 2, 18_876_174_592);
  assert.equal(scales, 42 * 28 * 2 * 4);
  assert.equal(
    besides / 2,
    708_940_800 + 722_534_400 + 694_098_881 + 528_380_720,
  );
  assert.equal((file / 2 ** 30).toFixed(2), "25.22"); // GiB
  assert.equal((file / 1e9).toFixed(2), "27.08"); // GB
});
