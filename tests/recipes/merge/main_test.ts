import assert from "node:assert/strict";
import { isNdArray, leavesOf, Rng } from "lib/core/mod.ts";
import { initLora } from "lib/models/lora/mod.ts";
import { LORA_KIND, readTrainedModels, saveWeights } from "lib/pipeline/mod.ts";
import { runTask } from "../_task_process.ts";
import { untrainedFolder } from "../generate/_trained.ts";

Deno.test("deno task merge makes models of their own, and refuses to replace others", async () => {
  const base = await untrainedFolder();
  try {
    const { diffusion, digests } = await readTrainedModels(base);
    const lora = { rank: 2, alpha: 2, targets: ["blocks"] };
    const adapters = initLora(diffusion, lora, new Rng(1));
    for (const [, { data }] of leavesOf(adapters, isNdArray)) data.fill(0.25);
    const path = `${base}/phase2.lora.safetensors`;
    await saveWeights(path, adapters, {
      ...{ kind: LORA_KIND, stage: "phase2", step: 3 },
      config: { ...lora, base: digests.diffusion },
    });
    await Deno.writeTextFile(`${base}/vocabulary.json`, '{"en":["red"]}');
    const out = `${base}/merged`;
    const merged = await runTask(
      ...["merge", base, "--lora", `${path}:2`, "--out", out] as const,
    );
    assert.equal(merged.code, 0, merged.stderr);
    assert.equal(
      merged.stderr,
      `merged models: ${out}; deno task generate --checkpoint ${out} uses them\n`,
    );
    const wanted = await readTrainedModels(base, {
      lora: [{ path, scale: 2 }],
    });
    const found = await readTrainedModels(out);
    assert.deepEqual(found.digests, wanted.digests);
    assert.deepEqual(found.facts, wanted.facts);
    assert.deepEqual(found.vocabulary, { en: ["red"] });

    const again = await runTask("merge", base, "--lora", path, "--out", out);
    assert.equal(again.code, 2);
    assert.match(again.stderr, /vae\.safetensors": it must not exist yet/);
    const half = await runTask(
      ...["merge", base, "--lora", path, "--out", out] as const,
      ...["--half", "--overwrite"],
    );
    assert.equal(half.code, 0, half.stderr);
    const sizeOf = async (name: string) =>
      (await Deno.stat(`${name}/diffusion.safetensors`)).size;
    assert.ok(await sizeOf(out) < 0.6 * await sizeOf(base));

    const itself = await runTask("merge", base, "--lora", path, "--out", base);
    assert.match(itself.stderr, /it must be another folder than that of the/);
    const none = await runTask("merge", base);
    assert.match(none.stderr, /--lora must be given: adapters, FILE or/);
  } finally {
    await Deno.remove(base, { recursive: true });
  }
});
