import assert from "node:assert/strict";
import { writeTinyVae } from "../_tiny_vae.ts";
import { runCorruptions } from "./_corruption_campaign.ts";

Deno.test("a run with a damaged file ends in a named error or the same losses", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const vae = `${folder}/vae.safetensors`;
    await writeTinyVae(vae);
    const seen = await runCorruptions({
      ...{ folder, cases: 4, seed: 2, vae, startPhase: 5 },
      say() {},
    });
    let cases = 0;
    for (const counts of seen.values()) {
      for (const count of counts.values()) cases += count;
    }
    assert.equal(cases, 4);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
