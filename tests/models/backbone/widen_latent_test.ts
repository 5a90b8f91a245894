import { float32, int32, isNdArray, mapTree, Rng } from "lib/core/mod.ts";
import {
  backbone,
  type BackboneConfig,
  type BackboneParameters,
  initBackbone,
  tokenPositions,
  widenBackboneLatent,
} from "lib/models/backbone/mod.ts";
import { PRESETS } from "lib/recipes/presets.ts";
import { assertClose, eagerly, random } from "../_eager.ts";

const { backbone: config, text } = PRESETS.tiny;
const grid = { frames: 1, height: 1, width: 2 };

/** Parameters of which none is zero, so that everything has an effect. */
const narrow = mapTree(
  initBackbone(config, { latentChannels: 2, text }, new Rng(2)),
  isNdArray,
  ({ shape }, path) => random(path, shape),
) as BackboneParameters;

function velocityOf(
  parameters: BackboneParameters,
  latent: number[],
  own: BackboneConfig = config,
) {
  return eagerly({
    parameters,
    inputs: {
      latent: float32(
        own.patch
          ? [1, 1, 2, 2, latent.length / 4]
          : [1, 1, 1, 2, latent.length / 2],
        latent,
      ),
      sigma: float32([1], [0.5]),
      text: {
        tokens: random("text", [1, 3, text.outputWidth]),
        mask: float32([1, 3], [1, 1, 1]),
      },
      words: { ids: int32([1, 1], [5]), mask: float32([1, 1], [1]) },
      positions: tokenPositions(
        own.patch ? { frames: 1, height: 1, width: 1 } : grid,
        { space: 16, time: 4 },
        8,
        24,
      ),
    },
  }, ({ parameters, inputs }) => backbone(parameters, inputs, own));
}

Deno.test("a widened backbone predicts as before, and zero for the channels it ignores", () => {
  const before = velocityOf(narrow, [1, 2, 3, 4]);
  const after = velocityOf(
    widenBackboneLatent(narrow, 3),
    [1, 2, 77, 3, 4, -77],
  );
  const [a, b, c, d] = before.data as Float32Array;
  assertClose(after, float32([1, 1, 1, 2, 3], [a!, b!, 0, c!, d!, 0]), 1e-5);
});

Deno.test("so does one that folds cells into tokens, with blocks on cells or without", () => {
  for (const cells of [undefined, { width: 8, layers: 1, cnnWidth: 8 }]) {
    const folding = { ...config, patch: 2, ...(cells && { cells }) };
    const parameters = mapTree(
      initBackbone(folding, { latentChannels: 1, text }, new Rng(2)),
      isNdArray,
      ({ shape }, path) => random(path, shape),
    ) as BackboneParameters;
    const before = velocityOf(parameters, [1, 2, 3, 4], folding);
    const [a, b, c, d] = before.data as Float32Array;
    const after = velocityOf(
      widenBackboneLatent(parameters, 2, 2),
      [1, 77, 2, -77, 3, 5, 4, 6],
      folding,
    );
    assertClose(
      after,
      float32([1, 1, 2, 2, 2], [a!, 0, b!, 0, c!, 0, d!, 0]),
      1e-4,
    );
  }
});
