import { float32 } from "lib/core/mod.ts";
import { silu } from "lib/models/layers/mod.ts";
import { assertClose, eagerly } from "../_eager.ts";

const points = [-20, -3, -1, -0.5, 0, 0.25, 1, 2, 4, 20];
const x = float32([points.length], points);

Deno.test("silu() is x / (1 + exp(-x))", () => {
  const y = eagerly({ x }, ({ x }) => silu(x));
  const data = points.map((v) => v / (1 + Math.exp(-v)));
  assertClose(y, { shape: x.shape, data }, 1e-6);
});
