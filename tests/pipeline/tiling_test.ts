import assert from "node:assert/strict";
import type * as tf from "@tensorflow/tfjs-core";
import { type Compiled, jit } from "lib/compiler/mod.ts";
import {
  float32,
  isNdArray,
  mapTree,
  type NdArray,
  Rng,
  zeros,
} from "lib/core/mod.ts";
import type { Tensors } from "lib/models/layers/mod.ts";
import {
  decode,
  encode,
  initVae,
  strideOf,
  type VaeConfig,
  type VaeParameters,
} from "lib/models/vae/mod.ts";
import {
  decodeTiled,
  encodeTiled,
  type TileCoder,
  tilesWithin,
} from "lib/pipeline/mod.ts";
import { PRESETS } from "lib/recipes/presets.ts";
import { device } from "../models/_device.ts";
import { distance, random } from "../models/_eager.ts";

const config: VaeConfig = { ...PRESETS.tiny.vae, attentionWindow: 1 };

/** Of which no part is silent, so that everything in the receptive field counts. */
const vae = mapTree(initVae(config, new Rng(3)), isNdArray, (array, path) => {
  const noise = new Rng(9).fork(path).normals(array.shape).data;
  return float32(array.shape, array.data.map((v, i) => v + 0.05 * noise[i]!));
}) as VaeParameters;

const clip = float32(
  [1, 4, 32, 480, 3],
  random("clip", [1, 4, 32, 480, 3]).data.map((x) => 1 / (1 + Math.exp(-x))),
);

/** Compiles one way through the VAE; counts the sizes that it was asked for. */
function coderOf(
  fn: (p: Tensors<VaeParameters>, x: tf.Tensor) => tf.Tensor,
): {
  code: TileCoder;
  sizes: Set<string>;
  compiled: Compiled<unknown, unknown>;
} {
  const compiled = jit(
    ({ vae, x }: { vae: Tensors<VaeParameters>; x: tf.Tensor }) => ({
      y: fn(vae, x),
    }),
    { device, name: "coder" },
  );
  const sizes = new Set<string>();
  return {
    sizes,
    compiled: compiled as unknown as Compiled<unknown, unknown>,
    async code(x) {
      sizes.add(x.shape.join());
      const { y } = await compiled.run({ vae, x } as never);
      return y as NdArray<"float32">;
    },
  };
}

const encoder = coderOf((p, x) => encode(p, x, config).mean);
const decoder = coderOf((p, x) => decode(p, x, config));
const latent = await encoder.code(clip);
const decoded = await decoder.code(latent);

/** Largest difference in each column of cells along the width. */
function differencesByColumn(a: NdArray, b: NdArray): number[] {
  const [, T, H, W, C] = a.shape as [number, number, number, number, number];
  return Array.from({ length: W }, (_, column) => {
    let largest = 0;
    for (let row = 0; row < T * H; row++) {
      const at = (row * W + column) * C;
      largest = Math.max(
        largest,
        distance(
          float32([C], a.data.subarray(at, at + C)),
          float32([C], b.data.subarray(at, at + C)),
        ),
      );
    }
    return largest;
  });
}

/** The places of an axis that a cell's value depends on, to each side. */
const SEEN = { space: 4, time: 6 };

Deno.test("tiles of one length cover every axis, and weigh one in all", async () => {
  const { space, time } = strideOf(config);
  for (const [size, tile, overlap] of [[30, 8, 3], [9, 8, 7], [50, 7, 0]]) {
    let count = 0;
    const ones = ({ shape }: NdArray): Promise<NdArray<"float32">> => {
      count++;
      assert.deepEqual(shape, [1, 1, 1, tile, 1]);
      const clip = zeros([1, time, space, tile! * space, 3]);
      clip.data.fill(1);
      return Promise.resolve(clip);
    };
    const clip = await decodeTiled(
      zeros([1, 1, 1, size!, 1]),
      ones,
      config,
      () => ({
        tile: { frames: 1, height: 1, width: tile! },
        overlap: { frames: 0, height: 0, width: overlap! },
      }),
    );
    assert.equal(count, Math.ceil((size! - overlap!) / (tile! - overlap!)));
    assert.deepEqual(clip.shape, [1, time, space, size! * space, 3]);
    assert.ok(clip.data.every((value) => Math.abs(value - 1) < 1e-6));
  }
});

Deno.test("an overlap must be smaller than its tile", async () => {
  const wrong = {
    tile: { frames: 2, height: 2, width: 2 },
    overlap: { frames: 2, height: 0, width: 0 },
  };
  await assert.rejects(
    () => encodeTiled(clip, encoder.code, config, () => wrong),
    {
      name: "InputError",
      message: "Cannot code in tiles: the overlap of frames must be smaller " +
        "than the tile, 2: current value is 2",
    },
  );
});

Deno.test("encodeTiled() names the nearest legal size of a clip", async () => {
  const odd = random("odd", [1, 4, 32, 47, 3]);
  await assert.rejects(
    () =>
      encodeTiled(odd, encoder.code, config, (grid) => tilesWithin(grid, 1)),
    {
      name: "InputError",
      message: "Cannot encode a clip: width must be a multiple of 16: " +
        "current value is 47; the nearest legal values are 32 and 48",
    },
  );
});

Deno.test("a clip that fits into one tile is coded as it is", async () => {
  assert.deepEqual(
    await decodeTiled(latent, decoder.code, config, () => ({
      tile: { frames: 9, height: 9, width: 99 },
      overlap: { frames: 1, height: 1, width: 1 },
    })),
    decoded,
  );
});

Deno.test("tiles whose overlaps are three times what a cell sees give what the whole gives", async () => {
  const { space } = SEEN;
  const tiles = {
    tile: { frames: 1, height: 2, width: 3 * space + 2 },
    overlap: { frames: 0, height: 0, width: 3 * space },
  };
  assert.ok(
    distance(
      await encodeTiled(clip, encoder.code, config, () => tiles),
      latent,
    ) <
      1e-5,
  );
  assert.ok(
    distance(
      await decodeTiled(latent, decoder.code, config, () => tiles),
      decoded,
    ) <
      1e-5,
  );
});

Deno.test("a cell of the decoder sees four cells to each side in space, and no more", async () => {
  const { space } = SEEN;
  const other = float32(latent.shape, latent.data);
  // The left column of cells, both rows.
  const Z = config.latentChannels;
  for (const row of [0, 1]) {
    other.data.fill(3, row * 30 * Z, (row * 30 + 1) * Z);
  }
  const changed = differencesByColumn(await decoder.code(other), decoded);
  const reached = changed.findLastIndex((change) => change > 0);
  assert.ok(reached < 16 * (space + 1), `pixel ${reached}`);
  assert.ok(reached >= 16 * space, `pixel ${reached}`);
});

Deno.test("tiles of all clips have one size, and time is cut like space", async () => {
  const long = random("long", [1, 20, 1, 1, config.latentChannels]);
  const whole = await decoder.code(long);
  decoder.sizes.clear();
  const tiled = await decodeTiled(long, decoder.code, config, () => ({
    tile: { frames: 19, height: 1, width: 1 },
    overlap: { frames: 3 * SEEN.time, height: 0, width: 0 },
  }));
  assert.deepEqual([...decoder.sizes], ["1,19,1,1,8"]);
  assert.ok(distance(tiled, whole) < 1e-5);
});

addEventListener("unload", () => {
  for (const { compiled } of [encoder, decoder]) compiled[Symbol.dispose]();
});

Deno.test("tilesWithin() takes the fewest tiles that are small enough", () => {
  const grid = { frames: 8, height: 32, width: 48 };
  const cells = 8 * 32 * 48;
  for (const share of [1, 0.6, 0.3, 0.1]) {
    const { tile, overlap } = tilesWithin(grid, share);
    const size = tile.frames * tile.height * tile.width;
    assert.ok(size <= share * cells, `${share}: ${JSON.stringify(tile)}`);
    assert.ok(2 * size > share * cells, `${share}: ${JSON.stringify(tile)}`);
    for (const axis of ["frames", "height", "width"] as const) {
      const pieces = tile[axis] === grid[axis] ? 1 : 2;
      assert.equal(overlap[axis], pieces === 1 ? 0 : 4);
    }
  }
  // Never shorter than two overlaps, however little there is.
  assert.deepEqual(tilesWithin(grid, 0).tile, {
    frames: 8,
    height: 8,
    width: 8,
  });
});
