import assert from "node:assert/strict";
import { assertSameEvaluation } from "lib/recipes/evaluate/earlier_report.ts";
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
