/// <reference lib="deno.worker" />
// deno-lint-ignore-file no-console -- it is silenced, not used
import type { FramePixels } from "./nsfw_filter.ts";

// The packages greet on standard output, which may be a pipe to another process.
console.log = console.warn = console.info = () => {};

const opening = openModel();

// Set before anything is awaited: a message without a listener is lost.
self.onmessage = async ({ data }: MessageEvent<FramePixels>) => {
  const { tf, model } = await opening;
  const { pixels, height, width } = data;
  const image = tf.tensor3d(pixels, [height, width, 3], "int32");
  const classes = await model.classify(image);
  image.dispose();
  self.postMessage(Object.fromEntries(
    classes.map(({ className, probability }) => [className, probability]),
  ));
};

async function openModel() {
  const tf = await import("@tensorflow/tfjs");
  const { load } = await import("nsfwjs/core");
  const { MobileNetV2Model } = await import("nsfwjs/models/mobilenet_v2");
  await tf.setBackend("cpu");
  const model = await load("MobileNetV2", {
    modelDefinitions: [MobileNetV2Model],
  });
  return { tf, model };
}
