import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { float32, isNdArray, mapTree, Rng } from "lib/core/mod.ts";
import {
  drawSprite,
  initSprite,
  laidOver,
  type SpriteParameters,
  spritePoses,
} from "lib/models/decoder/mod.ts";
import { assertClose, distance, eagerly, random, valueAt } from "../_eager.ts";

const SIDE = 8;
const [CELL, FRAMES, WIDTH, TEXT] = [8, 2, 6, 5];
/** Of every frame, from the middle of its clip. */
const SECONDS = 0.75;
/** Half the side of a sprite of size 0, in pixels. */
const HALF = 0.8 * CELL;

/** What the cells say of a pose; nothing for a sprite that is not moved. */
interface Pose {
  readonly x?: number;
  readonly y?: number;
  readonly size?: number;
  readonly width?: number;
  readonly turn?: number;
  readonly spin?: number;
  readonly presence?: number;
  readonly light?: number;
  readonly growth?: number;
}

/**
 * Parameters that draw one picture, whatever the prompt, in the same pose
 * whatever the cells.
 *
 * @param alphaAt From places in [-1,1], to the right and down.
 */
function drawing(
  alphaAt: (u: number, v: number) => number,
  poses: readonly Pose[],
): SpriteParameters {
  const fresh = initSprite(new Rng(1), { side: SIDE, pictures: 3 }, {
    cellWidth: WIDTH,
    textWidth: TEXT,
    frames: FRAMES,
  });
  const silent = mapTree(
    fresh,
    isNdArray,
    ({ shape, data }) => float32(shape, data.map(() => 0)),
  ) as SpriteParameters;
  const place = (i: number): number => 2 * i / (SIDE - 1) - 1;
  const picture = Array.from({ length: SIDE * 4 * SIDE }, (_, i) => {
    const [row, plane] = [Math.floor(i / (4 * SIDE)), Math.floor(i / SIDE) % 4];
    const alpha = alphaAt(place(i % SIDE), place(row));
    // Colours that differ: a quarter, a half and all of alpha.
    return alpha * [1, 0.25, 0.5, 1][plane]!;
  });
  const pose = poses.flatMap((
    {
      x = 0,
      y = 0,
      size = 0,
      width = 0,
      turn = 0,
      spin = 0,
      presence = 20,
      light = 0,
      growth = 0,
    },
  ) => [x, y, size, width, turn, spin, presence, light, growth]);
  return {
    ...silent,
    pictures: { ...silent.pictures, bias: float32([picture.length], picture) },
    pose: {
      ...silent.pose,
      say: {
        ...silent.pose.say,
        bias: float32([1 + pose.length], [0, ...pose]),
      },
    },
  };
}

function draw(
  p: SpriteParameters,
  cells = random("cells", [1, 1, 4, 4, WIDTH]),
  told = random("told", [1, TEXT]),
) {
  return eagerly(
    { p, cells, told },
    ({ p, cells, told }) => {
      const [B, t, h, w] = cells.shape as [number, number, number, number];
      const seconds = tf.fill([B, t], SECONDS);
      const poses = spritePoses(p.pose, { cells, gist: told, seconds });
      const shape = [B, t * FRAMES, h * CELL, w * CELL];
      return drawSprite(p, { told, poses, shape, cell: CELL });
    },
  );
}

/** Where a pixel of a picture of 4x4 cells lies in a sprite. */
function placeIn(
  { x = 0, y = 0, size = 0, width = 0, turn = 0, spin = 0, growth = 0 }: Pose,
  column: number,
  row: number,
): [number, number] {
  const half = HALF * Math.exp(size + SECONDS * growth);
  const right = (column + 0.5 - 2 * CELL - x * CELL) / (half * Math.exp(width));
  const down = (row + 0.5 - 2 * CELL - y * CELL) / half;
  const angle = turn + SECONDS * spin;
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return [c * right + s * down, c * down - s * right];
}

Deno.test("drawSprite() moves, sizes, stretches and turns one picture in each frame", () => {
  // What is linear comes out the same however often one reads between points.
  const ramp = (u: number, v: number): number => 0.5 + 0.3 * u - 0.1 * v;
  const poses = [
    { x: 0.5, y: -0.25, size: 0.1, growth: 0.4, width: -0.2 },
    { x: -0.3, y: 0.2, size: 0.2, turn: 0.6, spin: -0.5 },
  ];
  const { alpha, colour } = draw(drawing(ramp, poses));
  assert.deepEqual([alpha.shape, colour.shape], [
    [1, FRAMES, 32, 32, 1],
    [1, FRAMES, 32, 32, 3],
  ]);
  let compared = 0;
  for (const [frame, pose] of poses.entries()) {
    for (let row = 0; row < 32; row++) {
      for (let column = 0; column < 32; column++) {
        const [u, v] = placeIn(pose, column, row);
        const found = valueAt(alpha, 0, frame, row, column, 0);
        const farthest = Math.max(Math.abs(u), Math.abs(v));
        // Beyond the corners nothing is drawn; the rim is a mixture.
        if (farthest > 1.6) assert.equal(found, 0);
        if (farthest > 0.7) continue;
        compared++;
        const wanted = ramp(u, v);
        assert.ok(Math.abs(found - wanted) < 1e-4, `${row} ${column}`);
        for (const [plane, share] of [0.25, 0.5, 1].entries()) {
          const shade = valueAt(colour, 0, frame, row, column, plane);
          assert.ok(Math.abs(shade - share * wanted) < 1e-4);
        }
      }
    }
  }
  assert.ok(compared > 100, `${compared}`);
});

Deno.test("presence hides all of a sprite, light brightens its colours alone", () => {
  const round = (u: number, v: number): number =>
    Math.max(0, 1 - Math.hypot(u, v));
  const plain = draw(drawing(round, [{}, {}]));
  const other = draw(drawing(round, [{ presence: -3 }, { light: 0.5 }]));
  const half = plain.alpha.data.length / 2;
  plain.alpha.data.forEach((value, i) => {
    // sigmoid(-3 + 3) is a half.
    const wanted = i < half ? value / 2 : value;
    assert.ok(Math.abs(other.alpha.data[i]! - wanted) < 1e-6);
  });
  plain.colour.data.forEach((value, i) => {
    const wanted = i < 3 * half ? value / 2 : value * 1.5;
    assert.ok(Math.abs(other.colour.data[i]! - wanted) < 1e-6);
  });
});

Deno.test("a sprite goes to the cells that know of it, whatever size the picture has", () => {
  const p = drawing((u, v) => Math.hypot(u, v) < 0.9 ? 1 : 0, [{}, {}]);
  const norm = { scale: float32([WIDTH], new Array(WIDTH).fill(1)) };
  // The first channel says who knows.
  const first = (shape: readonly number[]) =>
    float32(shape, new Array(shape[0]! * shape[1]!).fill(0).fill(30, 0, 1));
  const knowing = {
    ...p,
    pose: {
      ...p.pose,
      norm,
      look: { ...p.pose.look, weight: first(p.pose.look.weight.shape) },
      say: { ...p.pose.say, weight: first(p.pose.say.weight.shape) },
    },
  };
  const [h, w] = [3, 5];
  for (const [row, column] of [[0, 0], [1, 4], [2, 2]] as const) {
    const cells = float32(
      [1, 1, h, w, WIDTH],
      Array.from({ length: h * w * WIDTH }, (_, i) => {
        const isThere = Math.floor(i / WIDTH) === row * w + column;
        // Others are as long and say the opposite.
        return i % WIDTH === 0 ? (isThere ? 1 : -1) : 0.5;
      }),
    );
    const { alpha } = draw(knowing, cells);
    const centre = centreOf(alpha.data.slice(0, h * w * CELL * CELL), w * CELL);
    assert.ok(Math.abs(centre.x - (column + 0.5) * CELL) < 1, `${centre.x}`);
    assert.ok(Math.abs(centre.y - (row + 0.5) * CELL) < 1, `${centre.y}`);
  }
});

/** Centre of mass, in pixels. */
function centreOf(
  values: ArrayLike<number>,
  width: number,
): { x: number; y: number } {
  let [mass, x, y] = [0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    mass += values[i]!;
    x += values[i]! * (i % width + 0.5);
    y += values[i]! * (Math.floor(i / width) + 0.5);
  }
  return { x: x / mass, y: y / mass };
}

Deno.test("the prompt adds to what cells say of a pose", () => {
  const p = drawing((u, v) => Math.hypot(u, v) < 0.9 ? 1 : 0, [{}, {}]);
  // Its first channel asks for a cell to the right.
  const weight = float32([TEXT, 9], new Array(9 * TEXT).fill(0).fill(1, 0, 1));
  const asking = { ...p, pose: { ...p.pose, ask: { ...p.pose.ask, weight } } };
  const cells = random("cells", [1, 1, 4, 4, WIDTH]);
  for (const cellsToTheRight of [0, 1, -1]) {
    const told = float32([1, TEXT], [cellsToTheRight, 0, 0, 0, 0]);
    const { alpha } = draw(asking, cells, told);
    const { x } = centreOf(alpha.data.slice(0, 32 * 32), 32);
    assert.ok(Math.abs(x - (16 + CELL * cellsToTheRight)) < 0.1, `${x}`);
  }
});

Deno.test("what a prompt calls to mind decides the picture, the cells where it is", () => {
  const fresh = initSprite(new Rng(1), { side: SIDE, pictures: 3 }, {
    cellWidth: WIDTH,
    textWidth: TEXT,
    frames: FRAMES,
  });
  const cells = random("cells", [1, 1, 4, 4, WIDTH]);
  const told = random("told", [1, TEXT]);
  const { colour } = draw(fresh, cells, told);
  const others = [
    draw(fresh, random("others", cells.shape), told),
    draw(fresh, cells, random("other", told.shape)),
  ];
  for (const other of others) {
    assert.ok(distance(other.colour, colour) > 1e-3);
  }
});

Deno.test("a sprite that was never trained is grey, faint and in the middle", () => {
  const p = initSprite(new Rng(1), { side: SIDE, pictures: 3 }, {
    cellWidth: WIDTH,
    textWidth: TEXT,
    frames: FRAMES,
  });
  const told = float32([1, TEXT], new Array(TEXT).fill(0));
  const cells = float32([1, 1, 4, 4, WIDTH], new Array(16 * WIDTH).fill(0));
  const { alpha, colour } = draw(p, cells, told);
  const [middle, corner] = [
    valueAt(alpha, 0, 0, 16, 16, 0),
    valueAt(alpha, 0, 0, 0, 0, 0),
  ];
  assert.ok(middle > 0.2 && middle < 0.3, `${middle}`);
  assert.equal(corner, 0);
  assert.ok(Math.abs(valueAt(colour, 0, 0, 16, 16, 1) - middle / 2) < 1e-6);
});

Deno.test("laidOver() shows what is behind as far as alpha does not hide it", () => {
  const behind = float32([1, 1, 1, 2, 3], [0.2, 0.4, 0.6, 0.2, 0.4, 0.6]);
  const alpha = float32([1, 1, 1, 2, 1], [0, 0.75]);
  const colour = float32([1, 1, 1, 2, 3], [0, 0, 0, 0.75, 0, 0.3]);
  const over = eagerly(
    { behind, alpha, colour },
    ({ behind, ...overlay }) => laidOver(behind, overlay),
  );
  const data = [0.2, 0.4, 0.6, 0.8, 0.1, 0.45];
  assertClose(over, { shape: [1, 1, 1, 2, 3], data }, 1e-6);
});
