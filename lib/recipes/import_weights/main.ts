import {
  assertReplaceable,
  assertWritableFile,
  InputError,
} from "../../core/mod.ts";
import type {
  LtxVaeConfig,
  LtxVaeParameters,
} from "../../models/ltx_vae/mod.ts";
import { log, runProgram } from "../command_line/mod.ts";
import { importWeights } from "./import_weights.ts";
import { type ImportFlags, importFlags } from "./options.ts";

/** `deno task import-weights`: a foreign state dictionary as weights of ours. */
async function importRun(flags: ImportFlags): Promise<number> {
  const { model, map, out, overwrite, reconstruct: video } = flags;
  if (map === undefined && model !== "ltx-vae") {
    throw new InputError(
      `Cannot import a ${model}: --map must name a mapping file: it is left ` +
        "out; lib/recipes/import_weights/ltx_vae.json is an example",
    );
  }
  if (video !== undefined && model !== "ltx-vae") {
    throw new InputError(
      `Cannot use --reconstruct: --model must be ltx-vae: it is ${model}`,
    );
  }
  const tried = `${out.replace(/\.safetensors$/, "")}.mp4`;
  await assertReplaceable(
    video === undefined ? [out] : [out, tried],
    overwrite,
    "--out",
  );
  await assertWritableFile(out, "--out");
  const { tensors, parameters, weights, config } = await importWeights(flags);
  log(
    `${out}: ${tensors} tensors, ${parameters.toLocaleString("en")} numbers, ` +
      `all names and shapes as the ${model} has them`,
  );
  if (video !== undefined) {
    const { reconstruct } = await import("./reconstruct.ts");
    const { parameters: vae } = weights as { parameters: LtxVaeParameters };
    const decibels = await reconstruct(
      vae,
      (config as { own: LtxVaeConfig }).own,
      video,
      tried,
    );
    log(`${tried}: the beginning of ${video}, ${decibels.toFixed(1)} dB`);
  }
  return 0;
}

if (import.meta.main) {
  await runProgram({
    usage: "deno task import-weights",
    purpose:
      "Writes weights of PyTorch or safetensors as ours, by a mapping of names, every name and shape checked.",
    flags: importFlags,
    run: importRun,
  });
}
