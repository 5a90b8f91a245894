import assert from "node:assert/strict";
import { Rng } from "lib/core/mod.ts";
import { runConfigOf, trainFlags } from "lib/recipes/train/mod.ts";
import { RunData, type TextPair, textPairs } from "lib/trainer/mod.ts";
import { temporaryFolder } from "../../dataset/_video_fixture.ts";
import { type TestShot, writeData } from "../_video_data.ts";

/** Pairs of captions of shots, and those of the synthetic world by weight. */
async function pairsOf(
  shots: readonly TestShot[],
  world = 0,
): Promise<ReturnType<typeof textPairs>> {
  await using folder = await temporaryFolder();
  const path = await writeData(folder.file("d"), shots);
  using data = await RunData.open(
    runConfigOf(trainFlags.parse({ preset: "tiny", data: [path], world })),
  );
  return textPairs(data, "train");
}

Deno.test("textPairs() pairs a caption with a view of itself", async () => {
  const caption = "A cat sits. A dog runs.";
  const pairs = await pairsOf([{ caption }, {}]);
  assert.equal(pairs?.name, "1 x captions of 1 shots of d");
  assert.ok(pairs);
  const seconds = new Set<string>();
  for (let i = 0; i < 20; i++) {
    const pair: TextPair = await pairs.pairAt(i, new Rng(i));
    const { second } = pair;
    assert.deepEqual([pair.first, pair.meaning], [caption, caption]);
    assert.ok(second.length > 0 && second.length <= caption.length);
    seconds.add(second);
  }
  assert.ok(seconds.has("A dog runs. A cat sits."), [...seconds].join("|"));
  assert.ok([...seconds].some((text) => text.length < caption.length));
});

Deno.test("textPairs() mixes the world in by weight, and is none without captions", async () => {
  const pairs = await pairsOf([{ caption: "a kite" }], 3);
  const labelled: boolean[] = [];
  for (let i = 0; i < 8; i++) {
    labelled.push((await pairs!.pairAt(i, new Rng(i))).labels !== undefined);
  }
  assert.equal(labelled.filter(Boolean).length, 6);
  assert.equal(await pairsOf([{}]), undefined);
});
