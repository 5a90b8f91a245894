import { createCanvas } from "@napi-rs/canvas";
import assert from "node:assert/strict";
import type { Plane } from "lib/dataset/curate/mod.ts";
import {
  hammingDistance,
  perceptualHash,
  thumbnailOf,
} from "lib/dataset/curate/scores/perceptual_hash.ts";
import { sharpnessOf } from "lib/dataset/curate/scores/sharpness.ts";
import {
  findTextCells,
  textLikeShare,
} from "lib/dataset/curate/scores/text_like.ts";
import { bumps, planeOf } from "../_planes.ts";

const [W, H] = [480, 270];

/** White letters on a dark ground, as subtitles are. */
function written(text: string, pixels: number): Plane {
  const canvas = createCanvas(W, H);
  const context = canvas.getContext("2d");
  context.fillStyle = "#202020";
  context.fillRect(0, 0, W, H);
  context.fillStyle = "#ffffff";
  context.font = `${pixels}px sans-serif`;
  context.fillText(text, 60, 240);
  const rgba = context.getImageData(0, 0, W, H).data;
  return {
    width: W,
    height: H,
    data: Uint8Array.from({ length: W * H }, (_, i) => rgba[i * 4]!),
  };
}

function cellsOf(plane: Plane): number {
  return findTextCells(plane).cells.reduce((sum, cell) => sum + cell, 0);
}

Deno.test("sharpnessOf() falls with blur", () => {
  const surface = bumps(1);
  const sharp = planeOf(64, 64, (x, y) => surface(3 * x, 3 * y));
  const soft = planeOf(64, 64, (x, y) => surface(x / 2, y / 2));
  assert.ok(sharpnessOf(sharp) > 20 * sharpnessOf(soft));
  assert.equal(sharpnessOf(planeOf(64, 64, () => 7)), 0);
  assert.equal(sharpnessOf(planeOf(2, 64, (x) => x)), 0);
});

Deno.test("perceptualHash() is stable under scaling and brightness only", () => {
  const hashOf = (seed: number, side: number, light = 0): string => {
    const surface = bumps(seed);
    return perceptualHash(
      thumbnailOf(
        planeOf(
          side,
          side,
          (x, y) => surface(x * 64 / side, y * 64 / side) * 0.8 + light,
        ),
      ),
    );
  };
  const hash = hashOf(1, 64);
  assert.match(hash, /^[0-9a-f]{16}$/);
  assert.ok(hammingDistance(hash, hashOf(1, 128, 20)) <= 4);
  assert.ok(hammingDistance(hash, hashOf(2, 64)) > 16);
});

Deno.test("thumbnailOf() enlarges frames smaller than a thumbnail", () => {
  const cells = thumbnailOf(planeOf(2, 1, (x) => 100 * x));
  assert.deepEqual([cells[0], cells[15], cells[255]], [0, 100, 100]);
});

Deno.test("findTextCells() finds a line of text and nothing else", () => {
  // A hundredth of the frame or more: some thirty letters.
  const { rows, columns, cells } = findTextCells(
    written("every word of it was heard", 18),
  );
  const found = [...cells.keys()].filter((i) => cells[i] === 1);
  assert.ok(found.length >= 8, `${found.length} cells`);
  for (const i of found) {
    const top = Math.floor(i / columns) * 8;
    assert.ok(top >= 216 && top <= 248, `a cell at ${top}`);
  }
  assert.deepEqual([rows, columns], [33, 30]);
  assert.equal(cellsOf(written("", 18)), 0);
  assert.equal(cellsOf(planeOf(W, H, bumps(1))), 0);
});

Deno.test("textLikeShare() counts static text, not passing text", () => {
  const subtitle = findTextCells(written("every word of it was heard", 18));
  const nothing = findTextCells(written("", 18));
  const share = textLikeShare([subtitle, subtitle, subtitle]);
  assert.ok(share > 0.005 && share < 0.05, `${share}`);
  assert.equal(textLikeShare([subtitle, subtitle, subtitle, nothing]), share);
  assert.equal(textLikeShare([subtitle, nothing, nothing]), 0);
  assert.equal(textLikeShare([]), 0);
});
