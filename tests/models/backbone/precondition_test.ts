import assert from "node:assert/strict";
import { float32, Rng } from "lib/core/mod.ts";
import {
  backboneConfigSchema,
  initBackbone,
  logVariances,
  widenBackboneLatent,
} from "lib/models/backbone/mod.ts";
import { preconditioning } from "lib/models/backbone/precondition.ts";
import { PRESETS } from "lib/recipes/presets.ts";
import { assertClose, eagerly } from "../_eager.ts";

const VARIANCES = [36, 1, 0.01];
const SIGMAS = [0.1, 0.5, 0.9, 1];

Deno.test("preconditioning() gives each channel inputs and targets of variance 1", () => {
  const sigma = float32([SIGMAS.length, 1, 1, 1, 1], SIGMAS);
  const logVariance = float32([3], VARIANCES.map(Math.log));
  const factors = eagerly(
    { sigma, logVariance },
    ({ sigma, logVariance }) => {
      const { in: scale, skip, out } = preconditioning(sigma, logVariance);
      return { scale: scale!, skip, out: out! };
    },
  );
  for (const [b, s] of SIGMAS.entries()) {
    for (const [z, v] of VARIANCES.entries()) {
      const at = ({ data }: { data: ArrayLike<number> }) => data[3 * b + z]!;
      const a = 1 - s;
      const input = at(factors.scale) ** 2 * (a * a * v + s * s);
      assert.ok(Math.abs(input - 1) < 1e-4, `input ${s} ${v}: ${input}`);
      // What the skip leaves of latent and noise, which are independent.
      const skip = at(factors.skip);
      const left = v * (1 - a * skip) ** 2 + skip ** 2 * s * s;
      const target = left / at(factors.out) ** 2;
      assert.ok(Math.abs(target - 1) < 1e-4, `target ${s} ${v}: ${target}`);
      // A channel that varies by less than 0.3 is known by its own variance.
      const known = Math.min(v, 0.09);
      const wiener = a * known / (a * a * known + s * s);
      assert.ok(Math.abs(skip - wiener) < 1e-5, `skip ${s} ${v}: ${skip}`);
    }
  }
});

Deno.test("logVariances() takes a channel that never varies for one of variance 0.0001", () => {
  const latents = [float32([1, 2], [3, 0]), float32([2, 2], [-3, 0, 0, 0])];
  assertClose(
    logVariances(latents),
    float32([2], [Math.log(6), Math.log(1e-4)]),
    1e-5,
  );
});

Deno.test("scaled channels need x0-prediction, and new ones have variance 1", () => {
  const { scaledChannels: _, ...plain } = PRESETS.mini.backbone;
  const { error } = backboneConfigSchema.safeParse({
    ...plain,
    scaledChannels: true,
    prediction: "velocity",
  });
  assert.match(String(error), /scaledChannels needs prediction x0/);
  const models = { latentChannels: 2, text: PRESETS.mini.text };
  const narrow = initBackbone(PRESETS.mini.backbone, models, new Rng(0));
  const logVariance = float32([2], [1, 2]);
  assert.deepEqual(
    widenBackboneLatent({ ...narrow, logVariance }, 3).logVariance,
    float32([3], [1, 2, 0]),
  );
  assert.equal(
    initBackbone(plain, models, new Rng(0)).logVariance,
    undefined,
  );
});
