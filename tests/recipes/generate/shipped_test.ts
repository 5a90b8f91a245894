import assert from "node:assert/strict";
import { openDevice } from "lib/compiler/mod.ts";
import { PAINTS } from "lib/dataset/vocabulary/mod.ts";
import { judgeByGeometry } from "lib/evaluation/mod.ts";
import { openPipeline, readTrainedModels } from "lib/pipeline/mod.ts";

const SHIPPED = "checkpoints/nano";
/** What is asked for, in four scripts, and what must be seen. */
const WISHES = [
  ["a red circle moves right", "red", "right"],
  ["a green square moves left", "green", "left"],
  ["ein blauer Kreis bewegt sich nach oben", "blue", "up"],
  ["желтый квадрат, стрелка вниз", "yellow", "down"],
  ["紫色圆形，向右箭头", "purple", "right"],
  ["blue square, left arrow", "blue", "left"],
  ["a purple circle moves up", "purple", "up"],
  ["緑の四角が下へ動く", "green", "down"],
] as const;

Deno.test("the shipped weights are small enough to be shipped", async () => {
  let total = 0;
  for await (const { name } of Deno.readDir(SHIPPED)) {
    const { size } = await Deno.stat(`${SHIPPED}/${name}`);
    assert.ok(size < 20e6, `${name} has ${size} bytes`);
    total += size;
  }
  assert.ok(total < 40e6, `${total} bytes together`);
});

Deno.test("the shipped model draws what it is asked for, and with another seed another clip", async () => {
  using device = await openDevice("cpu");
  using pipeline = await openPipeline(
    device,
    await readTrainedModels(SHIPPED),
  );
  const draw = (seed: number, prompts: readonly string[]) =>
    pipeline.generate({
      prompts,
      seed,
      frames: 16,
      height: 64,
      width: 64,
      fps: 8,
      steps: 16,
      guidance: 4,
      sampler: "euler",
    });
  const prompts = WISHES.map(([prompt]) => prompt);
  const clips = await draw(1, prompts);
  const seen = clips.map((clip) => judgeByGeometry(clip, PAINTS));
  const text = JSON.stringify(seen);
  const ways = WISHES.filter(([, , way], i) => seen[i]!.direction === way);
  const colours = WISHES.filter(([, colour], i) => seen[i]!.colour === colour);
  // By chance, one in eight ways and one in twelve colours would be right.
  assert.ok(ways.length >= 7, `ways: ${text}`);
  assert.ok(colours.length >= 7, `colours: ${text}`);
  const [other] = await draw(2, prompts.slice(0, 1));
  const differs = other!.data.some((x, i) =>
    Math.abs(x - clips[0]!.data[i]!) > 0.2
  );
  assert.ok(differs, "two seeds gave the same clip");
});
