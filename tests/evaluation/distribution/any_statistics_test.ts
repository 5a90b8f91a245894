import fc from "fast-check";
import assert from "node:assert/strict";
import {
  FeatureStatistics,
  loadStatistics,
  saveStatistics,
} from "lib/evaluation/mod.ts";
import {
  readSafetensors,
  writeSafetensors,
} from "lib/formats/safetensors/mod.ts";
import { forAny, oddText, valueOrInputError } from "../../_any_input.ts";

Deno.test("any header of cached features is read or refused", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/a.safetensors`;
  const setting = {
    ...{ network: "i3d", weights: "0", layer: "logits", dimension: 2 },
    ...{ frames: 4, fps: 8, size: "8x8", resize: "none" },
  };
  const statistics = new FeatureStatistics(setting);
  statistics.add([1, 2]);
  statistics.add([3, 4]);
  try {
    await saveStatistics(path, statistics);
    const { metadata, tensors } = await readSafetensors(path);
    assert.equal((await loadStatistics(path)).count, 2);
    const text = fc.oneof(oddText, fc.json());
    const changed = fc.record(
      { schema: text, count: text, setting: text },
      { requiredKeys: [] },
    );
    await forAny(changed, async (changes) => {
      await writeSafetensors(path, [...tensors], { ...metadata, ...changes });
      const loaded = await valueOrInputError(() => loadStatistics(path));
      if (loaded !== undefined) assert.ok(Number.isInteger(loaded.count));
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
