import assert from "node:assert/strict";
import { openDevice } from "lib/compiler/mod.ts";
import { decodeClip } from "lib/dataset/decode/mod.ts";
import { SHIPPED } from "lib/pipeline/mod.ts";
import {
  flopsOfRequest,
  pipelineArtist,
  readCatalogue,
} from "lib/service/mod.ts";

const REQUEST = {
  prompt: "a red circle",
  language: "auto",
  seed: 1,
  height: 32,
  width: 48,
  frames: 4,
  fps: 8,
  steps: 3,
  guidance: 2,
  rescale: 0,
  sampler: "heun",
} as const;

Deno.test("the shipped model draws a job, tells its steps, and stops in between", async () => {
  const catalogue = await readCatalogue([SHIPPED]);
  using device = await openDevice("cpu");
  let time = 0;
  using artist = pipelineArtist(device, catalogue, {
    vaeMemory: 2 ** 30,
    clock: () => time += 10,
  });
  assert.deepEqual(artist.models, ["nano"]);
  const told: number[] = [];
  const drawing = await artist.draw("nano", REQUEST, {
    tell: (part) => told.push(part),
    signal: new AbortController().signal,
  });
  assert.deepEqual(told.map((part) => part.toFixed(2)), [
    "0.33",
    "0.67",
    "1.00",
  ]);
  assert.equal(drawing.flops, flopsOfRequest(catalogue.get("nano")!, REQUEST));
  const path = await Deno.makeTempFile({ suffix: ".mp4" });
  await drawing.write(path);
  // A clock that goes on by 10 ms at each look: one for each stage and step.
  assert.deepEqual(artist.work().seconds, {
    read: 0.01,
    sample: 0.03,
    decode: 0.01,
    write: 0.01,
  });
  const clip = await decodeClip(path, {
    frames: 4,
    height: 32,
    width: 48,
    fps: 8,
  });
  assert.equal(clip.frames, 4);
  await Deno.remove(path);

  const abort = new AbortController();
  await assert.rejects(
    () =>
      artist.draw("nano", REQUEST, {
        tell: () => abort.abort("cancel"),
        signal: abort.signal,
      }),
    (reason) => reason === "cancel",
  );
  const { flops } = artist.work();
  assert.ok(flops > 0 && flops < drawing.flops);
});
