import assert from "node:assert/strict";
import { planTable, trainingClips } from "lib/recipes/notebook/mod.ts";
import { trainConfig } from "lib/recipes/train/mod.ts";

Deno.test("planTable() begins with the updates and names settings in words", async () => {
  const config = await trainConfig(
    { run: "runs/none", preset: "tiny", maxSteps: 7 },
    ["--batch=4"],
  );
  const { columns, rows } = planTable(config, "phase1");
  assert.equal(columns[0], "phase1");
  assert.deepEqual(rows[0], ["updates", 7]);
  assert.deepEqual(rows.find(([name]) => name === "batch"), ["batch", 4]);
  assert.ok(rows.some(([name]) => name === "learning rate"));
});

Deno.test("trainingClips() shows the English caption beside another one", async () => {
  const run = await Deno.makeTempDir();
  const captions = async (languages: string) => {
    const config = await trainConfig({ run, preset: "tiny", seed: 1 }, [
      `--languages=${languages}`,
      ...["--size=16", "--frames=4", "--replay-fraction=0"],
    ]);
    const { videos } = await trainingClips(config, "phase1", 2, () => {});
    return videos.map(({ caption }) => caption);
  };
  try {
    const english = await captions("en");
    assert.ok(english.every((caption) => !caption.includes("(")), `${english}`);
    const japanese = await captions("ja");
    for (const [i, caption] of japanese.entries()) {
      assert.ok(caption.endsWith(` (${english[i]})`), caption);
    }
  } finally {
    await Deno.remove(run, { recursive: true });
  }
});
