import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import {
  type Compiled,
  jitWithState,
  lossAndGradients,
  openDevice,
  uploadState,
} from "lib/compiler/mod.ts";
import { float32, type NdArray } from "lib/core/mod.ts";
import { pictureDistance } from "lib/evaluation/mod.ts";
import { perceptualNetwork } from "lib/recipes/train/mod.ts";
import { plannedArray } from "../_planned.ts";

const SHAPE = [2, 29, 35, 3];
const REFERENCE = plannedArray("reference", SHAPE);

/** The distance from a reference and its gradient, as a training step compiles them. */
async function compiledDistance(): Promise<{
  of(pictures: NdArray): Promise<{ loss: number; gradient: NdArray }>;
  [Symbol.dispose](): void;
}> {
  const folder = await Deno.makeTempDir();
  const network = await perceptualNetwork({ perceptual: 1 }, folder);
  await Deno.remove(folder, { recursive: true });
  const device = await openDevice("cpu");
  const state = await uploadState(device, { unused: float32([1], [0]) });
  const step = jitWithState(
    (
      _,
      { pictures, reference }: Record<"pictures" | "reference", tf.Tensor>,
    ) => {
      const { loss, gradients } = lossAndGradients(
        ({ pictures }) => ({
          loss: tf.sum(network!.distance(pictures, reference)),
          metrics: {},
        }),
        { pictures },
      );
      return { outputs: { loss, gradient: gradients.pictures } };
    },
    state,
    { device, name: "picture distance" },
  ) as Compiled<Record<string, NdArray>, Record<string, tf.Tensor>>;
  return {
    async of(pictures) {
      const found = await step.run({ pictures, reference: REFERENCE });
      return { loss: found.loss!.data[0]!, gradient: found.gradient! };
    },
    [Symbol.dispose]() {
      step[Symbol.dispose]();
      device[Symbol.dispose]();
    },
  };
}

function dot(a: NdArray, b: NdArray): number {
  return Array.from(a.data).reduce((sum, x, i) => sum + x * b.data[i]!, 0);
}

Deno.test("pictureDistance() in a compiled step has the gradient of finite differences", async () => {
  using distance = await compiledDistance();
  const pictures = plannedArray("pictures", SHAPE);
  const { loss, gradient } = await distance.of(pictures);
  assert.ok(loss > 0.1 && dot(gradient, gradient) > 0);
  for (const direction of [gradient, plannedArray("direction", SHAPE)]) {
    const step = 5e-4 / Math.sqrt(dot(direction, direction));
    const moved = async (sign: number): Promise<number> =>
      (await distance.of(float32(
        SHAPE,
        Float32Array.from(
          pictures.data,
          (x, i) => x + sign * step * direction.data[i]!,
        ),
      ))).loss;
    const wanted = (await moved(1) - await moved(-1)) / (2 * step);
    const found = dot(gradient, direction);
    const scale = Math.sqrt(
      dot(gradient, gradient) * dot(direction, direction),
    );
    assert.ok(
      Math.abs(found - wanted) < 0.01 * scale,
      `${found}, not ${wanted}, of ${scale}`,
    );
  }
});

Deno.test("the gradient of pictureDistance() is 0 for equal pictures, finite for black", async () => {
  using distance = await compiledDistance();
  const equal = await distance.of(REFERENCE);
  assert.equal(equal.loss, 0);
  assert.ok(equal.gradient.data.every((x) => x === 0));
  const black = await distance.of(
    float32(SHAPE, new Float32Array(REFERENCE.data.length).fill(-1)),
  );
  assert.ok(black.gradient.data.every(Number.isFinite));
});

Deno.test("pictureDistance() refuses pictures that leave no place in its last layer", () => {
  const small = tf.zeros([1, 26, 40, 3]);
  assert.throws(() => pictureDistance({}, small, small), {
    name: "InputError",
    message:
      "Cannot compute the picture distance: height and width must be at least 27: current size is 40x26; pass larger clips",
  });
  small.dispose();
});
