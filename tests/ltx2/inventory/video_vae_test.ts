import assert from "node:assert/strict";
import {
  compressionOf,
  decoderTensors,
  encoderTensors,
  LTX2,
} from "lib/ltx2/mod.ts";

/** Kernels, `[out,in]`, of the convolutions so named, in order. */
function channels(
  tensors: ReturnType<typeof encoderTensors>,
  names: RegExp,
): number[][] {
  return tensors
    .filter(({ name }) => names.test(name) && name.endsWith(".weight"))
    .map(({ shape }) => {
      assert.deepEqual(shape.slice(2), [3, 3, 3]);
      return shape.slice(0, 2);
    });
}

Deno.test("encoderTensors() folds space and time into channels at each change of size", () => {
  const ends = channels(encoderTensors(LTX2), /^conv_/);
  // From 4x4 pixels of three colours to a mean of 128 channels and one variance.
  assert.deepEqual(ends, [[128, 48], [129, 2048]]);
  const changes = channels(encoderTensors(LTX2), /^down_blocks\.\d+\.conv\./);
  // Space/2 folds 4 cells, time/2 folds 2, all/2 folds 8.
  assert.deepEqual(changes, [
    [256 / 4, 128],
    [512 / 2, 256],
    [1024 / 8, 512],
    [2048 / 8, 1024],
  ]);
});

Deno.test("decoderTensors() unfolds channels into space and time thrice, then patches", () => {
  const ends = channels(decoderTensors(LTX2), /^conv_/);
  assert.deepEqual(ends, [[1024, 128], [48, 128]]);
  const changes = channels(decoderTensors(LTX2), /^up_blocks\.\d+\.conv\./);
  assert.deepEqual(changes, [[8 * 512, 1024], [8 * 256, 512], [8 * 128, 256]]);
});

Deno.test("compressionOf() is the same for what the encoder takes and the decoder gives", () => {
  const { space, time } = compressionOf(LTX2.vae);
  const grown = compressionOf({ ...LTX2.vae, encoder: LTX2.vae.decoder });
  assert.deepEqual({ space, time }, { space: grown.space, time: grown.time });
});
