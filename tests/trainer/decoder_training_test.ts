import assert from "node:assert/strict";
import { float32, type NdArray, Rng } from "lib/core/mod.ts";
import {
  type DecoderConfig,
  initDecoder,
  knownPoses,
  promptedDecode,
  promptedLayers,
} from "lib/models/decoder/mod.ts";
import { DECODERS } from "lib/recipes/presets.ts";
import { decoderTrainingLoss } from "lib/trainer/mod.ts";
import { eagerly, random } from "../models/_eager.ts";

const around = { latentChannels: 8, backboneWidth: 48, textWidth: 48 };

/** Loss and metrics of one batch, and what a decoder draws of it. */
function lossesOf(
  config: DecoderConfig,
  poses: Parameters<typeof knownPoses>[0] = [undefined],
) {
  const shape = [1, 4, 32, 32, 3];
  const pictures = (name: string) =>
    float32(shape, random(name, shape).data.map((v) => 0.5 + 0.1 * v));
  const inputs = {
    p: initDecoder(config, around, new Rng(2)),
    clips: pictures("clips"),
    behind: pictures("behind"),
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
  const { loss, clip, behind } = eagerly(inputs, ({ p, ...batch }) => ({
    loss: decoderTrainingLoss(config)(p, batch),
    clip: promptedDecode(p, batch.guess, config),
    behind: promptedLayers(p, batch.guess, config).behind,
  }));
  const metrics = Object.fromEntries(
    Object.entries(loss.metrics ?? {}).map(([name, { data }]) =>
      [name, data[0] as number] as const
    ),
  );
  return { loss: loss.loss.data[0] as number, metrics, clip, behind, inputs };
}

/** Mean squared error on [-1,1]. */
function errorOf(a: NdArray, b: NdArray): number {
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) {
    sum += 4 * (Number(a.data[i]) - Number(b.data[i])) ** 2;
  }
  return sum / a.data.length;
}

function near(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < 1e-5, `${actual} ${expected}`);
}

Deno.test("without a sprite the loss is the mean squared error on [-1,1]", () => {
  const { sprite: _, ...bare } = DECODERS.tiny;
  const { loss, metrics, clip, inputs } = lossesOf(bare);
  near(loss, errorOf(clip, inputs.clips));
  assert.deepEqual(metrics, {});
});

Deno.test("what is behind learns from what is behind, the sprite from the clip, over that", () => {
  const { loss, metrics, clip, behind, inputs } = lossesOf(DECODERS.tiny);
  near(metrics.behind!, errorOf(behind, inputs.behind));
  // Where nothing is known the sprite is where the decoder would draw it.
  assert.equal(metrics.pose, 0);
  near(loss, metrics.behind! + metrics.sprite!);
  assert.ok(errorOf(clip, behind) > 1e-4);

  const corner = {
    x: 12,
    y: 12,
    width: 12,
    height: 12,
    turn: 0,
    presence: 1,
    light: 0,
  };
  const posed = lossesOf(DECODERS.tiny, [new Array(4).fill(corner)]);
  assert.ok(posed.metrics.pose! > 0.5);
  near(posed.metrics.behind!, metrics.behind!);
  assert.ok(Math.abs(posed.metrics.sprite! - metrics.sprite!) > 1e-4);
  near(
    posed.loss,
    metrics.behind! + posed.metrics.sprite! + 0.1 * posed.metrics.pose!,
  );
});
