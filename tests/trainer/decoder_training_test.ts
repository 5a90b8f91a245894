import assert from "node:assert/strict";
import { float32, Rng } from "lib/core/mod.ts";
import {
  type DecoderConfig,
  initDecoder,
  knownPoses,
  promptedDecode,
} from "lib/models/decoder/mod.ts";
import { DECODERS } from "lib/recipes/presets.ts";
import { decoderTrainingLoss } from "lib/trainer/mod.ts";
import { eagerly, random } from "../models/_eager.ts";

const around = { latentChannels: 8, backboneWidth: 48, textWidth: 48 };

/** Loss and metrics of one batch, and the mean squared error of its clips. */
function lossesOf(
  config: DecoderConfig,
  poses: Parameters<typeof knownPoses>[0] = [undefined],
) {
  const inputs = {
    p: initDecoder(config, around, new Rng(2)),
    clips: float32(
      [1, 4, 32, 32, 3],
      random("clips", [1, 4, 32, 32, 3]).data.map((v) => 0.5 + 0.1 * v),
    ),
    guess: {
      tokens: random("tokens", [1, 1, 2, 2, 48]),
      guess: random("guess", [1, 1, 2, 2, 8]),
      text: {
        tokens: random("text", [1, 2, 48]),
        mask: float32([1, 2], [1, 1]),
      },
      seconds: float32([1, 1], [0.5]),
    },
    poses: knownPoses(poses, { frames: 4, cell: 16 }),
  };
  const { loss, decoded } = eagerly(inputs, ({ p, ...batch }) => ({
    loss: decoderTrainingLoss(config)(p, batch),
    decoded: promptedDecode(p, batch.guess, config),
  }));
  const { data } = inputs.clips;
  const error = data.reduce(
    (sum, value, i) => sum + 4 * (value - decoded.data[i]!) ** 2 / data.length,
    0,
  );
  const metrics = Object.fromEntries(
    Object.entries(loss.metrics ?? {}).map(([name, { data }]) =>
      [name, data[0] as number] as const
    ),
  );
  return { loss: loss.loss.data[0] as number, metrics, error };
}

function near(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < 1e-5, `${actual} ${expected}`);
}

Deno.test("without a sprite the loss is the mean squared error on [-1,1]", () => {
  const { sprite: _, ...bare } = DECODERS.tiny;
  const { loss, metrics, error } = lossesOf(bare);
  near(loss, error);
  assert.deepEqual(metrics, {});
});

Deno.test("with one the sketch and the poses are part of it", () => {
  const { loss, metrics, error } = lossesOf(DECODERS.tiny);
  near(metrics.error!, error);
  assert.equal(metrics.posed, 0);
  assert.ok(metrics.sketched! > 0);
  // What is behind is the same in the clip and where the sprite is fitted in.
  near(metrics.fitted!, error);
  near(loss, error + metrics.sketched! + metrics.fitted!);

  const still = { x: 16, y: 0, width: 16, height: 16, turn: 0 };
  const posed = lossesOf(DECODERS.tiny, [new Array(4).fill(still)]);
  assert.ok(posed.metrics.posed! > 0.5);
  near(
    posed.loss,
    error + posed.metrics.sketched! + posed.metrics.fitted! +
      0.1 * posed.metrics.posed!,
  );
  // What is known decides where those are drawn, and nothing about the clip.
  near(posed.metrics.error!, error);
  for (const name of ["sketched", "fitted"]) {
    assert.ok(Math.abs(posed.metrics[name]! - metrics[name]!) > 1e-4, name);
  }
});
