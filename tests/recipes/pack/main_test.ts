import assert from "node:assert/strict";
import { readTrainedModels } from "lib/pipeline/mod.ts";
import { runTask } from "../_task_process.ts";
import { untrainedFolder } from "../generate/_trained.ts";

Deno.test("deno task pack ships a run in half precision, or a mean with earlier models", async () => {
  const run = await untrainedFolder({ seed: 1 });
  const before = await untrainedFolder({ seed: 1, diffusionSeed: 2 });
  const other = await untrainedFolder({ seed: 3 });
  const out = `${run}/packed`;
  try {
    await Deno.writeTextFile(`${run}/metrics.jsonl`, "");
    await Deno.writeTextFile(`${run}/report.html`, "");
    const valueIn = async (folder: string): Promise<number> =>
      (await readTrainedModels(folder)).diffusion.backbone.prompt.weight
        .data[0]!;
    const plain = ["--run", run, "--out", out];
    const best = ["--guidance", "2", "--sampler", "restart"];
    const whole = await runTask("pack", ...plain, ...best);
    assert.equal(whole.code, 0, whole.stderr);
    const { facts } = await readTrainedModels(out);
    assert.equal(facts.diffusion.guidance, 2);
    assert.equal(facts.diffusion.sampler, "restart");
    const [own, first] = [await valueIn(run), await valueIn(before)];
    assert.equal(await valueIn(out), Math.f16round(own));

    const kept = await runTask("pack", "--run", before, "--out", out);
    assert.equal(kept.code, 2);
    assert.match(
      kept.stderr,
      /vae\.safetensors": it must not exist yet: it does/,
    );
    const itself = await runTask("pack", "--run", run, "--out", `${run}/`);
    assert.match(itself.stderr, /it must be another folder than that of --run/);

    const again = await runTask("pack", "--run", out, "--out", `${run}/twice`);
    assert.equal(again.code, 0, again.stderr);
    assert.equal(await valueIn(`${run}/twice`), Math.f16round(own));

    const between = [
      ...["--run", run, "--out", out, "--share", "0.25", "--overwrite"],
    ];
    const mixed = await runTask("pack", ...between, "--before", before);
    assert.equal(mixed.code, 0, mixed.stderr);
    const wanted = first + 0.25 * (own - first);
    assert.equal(await valueIn(out), Math.f16round(Math.fround(wanted)));

    const refused = await runTask("pack", ...between, "--before", other);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /Cannot use --before ".*": latents of its/);

    const vae = ["--run", run, "--out", out, "--overwrite", "--vae"];
    const same = await runTask("pack", ...vae, `${before}/vae.safetensors`);
    assert.equal(same.code, 0, same.stderr);
    const strange = await runTask("pack", ...vae, `${other}/vae.safetensors`);
    assert.equal(strange.code, 2);
    assert.match(strange.stderr, /Cannot use --vae ".*": its latents must be/);
  } finally {
    for (const folder of [run, before, other]) {
      await Deno.remove(folder, { recursive: true });
    }
  }
});
