import "lib/compiler/eager.ts";
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { resizeBilinear } from "lib/evaluation/mod.ts";
import { readSafetensors } from "lib/formats/safetensors/mod.ts";
import { plannedArray, referencePath } from "./_planned.ts";

Deno.test("resizeBilinear() agrees with PyTorch, larger and smaller at once", async () => {
  const { tensors } = await readSafetensors(
    referencePath("resize.safetensors"),
  );
  const wanted = tensors.get("resized")!;
  const { shape, data } = plannedArray("resize", [1, 5, 7, 2]);
  const resized = tf.tidy(() =>
    resizeBilinear(tf.tensor(data, [...shape]), 11, 4)
  );
  assert.deepEqual(resized.shape, wanted.shape);
  const found = resized.dataSync();
  wanted.data.forEach((x, i) =>
    assert.ok(Math.abs(found[i]! - x) < 1e-6, `${i}: ${found[i]}, not ${x}`)
  );
  resized.dispose();
});

Deno.test("resizeBilinear() with antialiasing averages what a pixel covers", () => {
  const checks = Array.from({ length: 64 }, (_, i) => (i + (i >> 3)) % 2);
  const [smaller, larger, plain] = tf.tidy(() => {
    const picture = tf.tensor(checks, [1, 8, 8, 1]);
    return [
      resizeBilinear(picture, 3, 2, { antialias: true }),
      resizeBilinear(picture, 19, 11, { antialias: true }),
      resizeBilinear(picture, 19, 11),
    ].map((tensor) => [...tensor.dataSync()]);
  });
  assert.ok(smaller!.every((x) => Math.abs(x - 0.5) < 0.05), `${smaller}`);
  assert.deepEqual(larger, plain);
});

Deno.test("resizeBilinear() to the same size is the picture itself", () => {
  const picture = tf.zeros([1, 2, 3, 1]);
  assert.equal(resizeBilinear(picture, 2, 3), picture);
  picture.dispose();
});
