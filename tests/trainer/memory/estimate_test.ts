import assert from "node:assert/strict";
import { profileOfChoice } from "lib/compiler/mod.ts";
import { PRESETS } from "lib/recipes/presets.ts";
import { runConfigOf, trainFlags } from "lib/recipes/train/mod.ts";
import { outlineStep, planOf, trainingConfigOf } from "lib/trainer/mod.ts";

/** The step of phase 1 of `tiny` on the CPU. */
async function outlineOf(flags: object) {
  const config = runConfigOf(
    trainFlags.parse({ preset: "tiny", size: "16", frames: 8, ...flags }),
  );
  const plan = { ...planOf(config, "phase1"), batch: 1 };
  return outlineStep(config.models, "phase1", plan, {
    recompute: false,
    lora: config.lora,
    training: trainingConfigOf(config, "phase1", plan),
    processBytes: 0,
  }, (await profileOfChoice("cpu"))!);
}

Deno.test("outlineStep() counts the rows of an update of tables on the host", async () => {
  const flags = { averages: "host", update: "layers" };
  const there = (await outlineOf(flags)).estimate();
  const here = (await outlineOf({ ...flags, embeddings: "host" }))
    .estimate();
  const bytesIn = ({ items }: typeof here) =>
    Object.fromEntries(
      items.map(({ purpose, bytes }) => [purpose, bytes]),
    ) as Record<string, number>;
  const { text, backbone } = PRESETS.tiny;
  const { characterRows, ngramRows, wordRows, maxCharacters, maxWords } = text;
  const { width } = backbone;
  const tables = 4 *
    (text.width * (characterRows + ngramRows) + width * wordRows);
  const rooms = 4 *
    (text.width * (maxCharacters + 2 * maxCharacters) + width * maxWords);
  assert.equal(bytesIn(there).tables, undefined);
  assert.equal(bytesIn(here).tables, 3 * tables);
  const { parameters, moments, averages, gradients } = bytesIn(there);
  assert.equal(bytesIn(here).parameters, parameters! - tables + rooms);
  assert.equal(bytesIn(here).moments, moments! - 2 * tables);
  assert.equal(bytesIn(here).gradients, gradients! - tables + rooms);
  assert.equal(bytesIn(here).averages, averages);
});

Deno.test("outlineStep() counts the state of adapters alone, beside frozen weights", async () => {
  const whole = (await outlineOf({})).estimate();
  const lora = (await outlineOf({ lora: "2:attention" })).estimate();
  assert.equal(whole.frozenParameters, 0);
  assert.equal(lora.frozenParameters, whole.parameters);
  // Two blocks of width 48: qkv of 48 x 144, out of 48 x 48.
  assert.equal(lora.parameters, 2 * 2 * (48 + 144 + 48 + 48));
  const bytes = Object.fromEntries(
    lora.items.map(({ purpose, bytes }) => [purpose, bytes]),
  );
  assert.equal(bytes.frozen, 4 * whole.parameters);
  assert.equal(bytes.parameters, 4 * lora.parameters);
  assert.equal(bytes.moments, 8 * lora.parameters);
  assert.equal(bytes.averages, 8 * lora.parameters);
});

Deno.test("outlineStep() has a lower bound of the estimate, with all of the state", async () => {
  for (const flags of [{}, { update: "layers", averages: "host" }]) {
    const outline = await outlineOf(flags);
    const { items, deviceBytes, hostBytes } = outline.estimate();
    const { atLeast } = outline;
    assert.ok(atLeast.deviceBytes < deviceBytes);
    assert.ok(atLeast.hostBytes < hostBytes);
    const state = ["parameters", "moments", "averages", "gradients"];
    const bytes = items.filter(({ purpose, place }) =>
      place === "device" && state.includes(purpose)
    ).reduce((sum, { bytes }) => sum + bytes, 0);
    assert.equal(atLeast.deviceBytes, bytes);
  }
});
