import assert from "node:assert/strict";
import {
  assertSameEvaluation,
  evaluationFolder,
} from "lib/recipes/evaluate/earlier_report.ts";
import { evaluateFlags } from "lib/recipes/evaluate/options.ts";

Deno.test("the report of another evaluation is kept, unless --overwrite is given", async () => {
  const out = await Deno.makeTempDir();
  const options = evaluateFlags.parse({ checkpoint: "runs/a", out });
  await assertSameEvaluation(options);
  await Deno.writeTextFile(`${out}/report.json`, JSON.stringify({ options }));
  const { lora: _, ...earlier } = options; // of a version without the flag
  await Deno.writeTextFile(
    `${out}/report.json`,
    JSON.stringify({ options: earlier }),
  );
  await assertSameEvaluation({ ...options, batch: 1, cache: "elsewhere" });
  const other = { ...options, checkpoint: "runs/b" };
  await assert.rejects(() => assertSameEvaluation(other), {
    name: "InputError",
    message: `Cannot write "${out}/report.json": it must be of the same ` +
      'evaluation: its checkpoint is "runs/a", and that of this one is ' +
      '"runs/b"; choose another folder with --out, or pass --overwrite to ' +
      "replace it",
  });
  await assertSameEvaluation({ ...other, overwrite: true });
  await Deno.writeTextFile(`${out}/report.json`, "damaged");
  await assert.rejects(() => assertSameEvaluation(options), /of the same eval/);
  await Deno.remove(out, { recursive: true });
});

Deno.test("evaluationFolder() numbers evaluations, and finds one that was stopped", async () => {
  const before = Deno.cwd();
  const folder = await Deno.makeTempDir();
  Deno.chdir(folder);
  try {
    const optionsOf = (checkpoint: string) =>
      evaluateFlags.parse({ checkpoint });
    const folderOf = (checkpoint: string) =>
      evaluationFolder(optionsOf(checkpoint));
    for (
      const [checkpoint, out] of [
        ["runs/a", "runs/evaluation"],
        ["runs/b", "runs/evaluation_02"],
        ["runs/c", "runs/evaluation_03"],
      ] as const
    ) {
      assert.equal(await folderOf(checkpoint), out);
      await Deno.mkdir(out, { recursive: true });
      assert.equal(await folderOf(checkpoint), out, "a stopped one goes on");
      const options = optionsOf(checkpoint);
      await Deno.writeTextFile(
        `${out}/report.json`,
        JSON.stringify({ options }),
      );
    }
    assert.equal(await folderOf("runs/b"), "runs/evaluation_02");
    const given = { ...optionsOf("runs/b"), out: "here" };
    assert.equal(await evaluationFolder(given), "here");
    const replaced = { ...optionsOf("runs/b"), overwrite: true };
    assert.equal(await evaluationFolder(replaced), "runs/evaluation");
  } finally {
    Deno.chdir(before);
    await Deno.remove(folder, { recursive: true });
  }
});
