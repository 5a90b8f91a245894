import assert from "node:assert/strict";
import { Rng } from "lib/core/mod.ts";
import type { Phase } from "lib/dataset/vocabulary/mod.ts";
import { runConfigOf, trainFlags } from "lib/recipes/train/mod.ts";
import { phaseClips, type Split } from "lib/trainer/mod.ts";

const shape = { frames: 4, height: 16, width: 16, fps: 8 };

/** The phases of which the first eight clips of a phase are; the rest is checked. */
async function phasesOf(
  phase: Phase,
  replayFraction: number,
  { split = "train" }: { split?: Split } = {},
): Promise<number[]> {
  const options = runConfigOf(trainFlags.parse({
    languages: "en",
    replayFraction,
    seed: 3,
  }));
  const source = await phaseClips(options, phase, { split, length: 8, shape });
  const found: number[] = [];
  for (let index = 0; index < 8; index++) {
    const { id, caption } = await source.clipAt(index, shape, new Rng(index));
    const [, seed, of, part, place] = id.split("/");
    // The clips of each phase come in their own order, none left out.
    const before = found.filter((phase) => phase === Number(of)).length;
    assert.deepEqual([seed, part, place], ["3", split, `${before}`]);
    const again = await source.captionAt!(index, new Rng(index));
    assert.equal(again.caption, caption);
    found.push(Number(of));
  }
  return found;
}

Deno.test("phaseClips() replays earlier phases, half of the clips from the first", async () => {
  assert.deepEqual(await phasesOf(2, 0), [2, 2, 2, 2, 2, 2, 2, 2]);
  assert.deepEqual(await phasesOf(2, 0.25), [2, 2, 2, 1, 2, 2, 2, 1]);
  assert.deepEqual(await phasesOf(3, 0.5), [3, 1, 3, 2, 3, 1, 3, 2]);
  assert.deepEqual(await phasesOf(5, 0.75), [5, 1, 2, 1, 5, 3, 1, 4]);
});

Deno.test("phase 1 and held-out clips have no replay", async () => {
  assert.deepEqual(await phasesOf(1, 0.5), [1, 1, 1, 1, 1, 1, 1, 1]);
  assert.deepEqual(
    await phasesOf(3, 0.5, { split: "validation" }),
    [3, 3, 3, 3, 3, 3, 3, 3],
  );
});

Deno.test("another replay fraction makes another dataset, with its own latents", async () => {
  const name = async (replayFraction: number): Promise<string> => {
    const options = runConfigOf(trainFlags.parse({ replayFraction }));
    return (await phaseClips(options, 4, { split: "train", length: 8, shape }))
      .name;
  };
  assert.equal(await name(0), "synthetic phase 4 train");
  assert.equal(
    await name(0.25),
    "synthetic phase 4 train, 25 % of the phases before, half of them of the first",
  );
});
