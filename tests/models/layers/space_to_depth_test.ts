import {
  type Block,
  depthToSpace,
  spaceToDepth,
} from "lib/models/layers/mod.ts";
import { assertClose, eagerly, filled, random, valueAt } from "../_eager.ts";

const [B, T, H, W, C] = [2, 4, 6, 4, 3];
const x = random("x", [B, T, H, W, C]);
const blocks: Block[] = [[2, 2, 2], [1, 3, 2], [4, 1, 1], [1, 2, 4]];

for (const block of blocks) {
  const [t, h, w] = block;
  const folded = [B, T / t, H / h, W / w, t * h * w * C];

  Deno.test(`spaceToDepth() by ${block} puts each cell of a block in its channels`, () => {
    const y = eagerly({ x }, ({ x }) => spaceToDepth(x, block));
    assertClose(
      y,
      // Channels count time first, then height, width and the old channels.
      filled(folded, (b, i, j, k, d) => {
        const c = d % C;
        const right = Math.floor(d / C) % w;
        const down = Math.floor(d / C / w) % h;
        const later = Math.floor(d / C / w / h);
        return valueAt(x, b, i * t + later, j * h + down, k * w + right, c);
      }),
      0,
    );
  });

  Deno.test(`depthToSpace() by ${block} undoes spaceToDepth(), and the other way round`, () => {
    const back = eagerly(
      { x },
      ({ x }) => depthToSpace(spaceToDepth(x, block), block),
    );
    assertClose(back, x, 0);
    const deep = random("deep", folded);
    const forth = eagerly(
      { deep },
      ({ deep }) => spaceToDepth(depthToSpace(deep, block), block),
    );
    assertClose(forth, deep, 0);
  });
}
