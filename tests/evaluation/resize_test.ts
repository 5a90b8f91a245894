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

Deno.test("resizeBilinear() to the same size is the picture itself", () => {
  const picture = tf.zeros([1, 2, 3, 1]);
  assert.equal(resizeBilinear(picture, 2, 3), picture);
  picture.dispose();
});
