import assert from "node:assert/strict";
import { Rng } from "lib/core/mod.ts";
import { readJsonl } from "lib/formats/jsonl/mod.ts";
import { initText } from "lib/models/text/mod.ts";
import { PRESETS } from "lib/recipes/presets.ts";
import { runConfigOf, trainFlags } from "lib/recipes/train/mod.ts";
import { trainRun } from "lib/trainer/mod.ts";
import { loadWeights } from "lib/pipeline/mod.ts";
import { silentHost } from "../_silent_host.ts";

Deno.test("the text stage aligns captions across languages and saves the weights", async () => {
  const run = await Deno.makeTempDir();
  try {
    const options = runConfigOf(trainFlags.parse({
      preset: "tiny",
      run,
      languages: "en,de",
      batch: 32,
      samples: 640,
      epochs: 2,
      learningRate: 5e-3,
      heldOut: 32,
    }));
    await trainRun(options, "text", silentHost);
    const records = await readJsonl(`${run}/metrics.jsonl`);
    const held = records.flatMap((
      { heldOutAccuracy, heldOutLoss, heldOutClassification },
    ) =>
      typeof heldOutAccuracy === "number"
        ? [{
          heldOutAccuracy,
          heldOutLoss: Number(heldOutLoss),
          heldOutClassification: Number(heldOutClassification),
        }]
        : []
    );
    const [first, last] = [held[0]!, held.at(-1)!];
    assert.ok(last.heldOutLoss < 0.8 * first.heldOutLoss, JSON.stringify(held));
    assert.ok(last.heldOutAccuracy > first.heldOutAccuracy);
    assert.ok(last.heldOutClassification > first.heldOutClassification);
    const { text } = PRESETS.tiny;
    await loadWeights(`${run}/text.safetensors`, {
      kind: "MultilingualTextEncoder",
      config: text,
      form: initText(text, new Rng(0)),
    });
    // What is done is not done again.
    await trainRun(options, "text", silentHost);
    assert.equal(
      (await readJsonl(`${run}/metrics.jsonl`)).length,
      records.length,
    );
  } finally {
    await Deno.remove(run, { recursive: true });
  }
});
