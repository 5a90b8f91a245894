import * as z from "zod";
import { InputError } from "../../core/mod.ts";
import { LTX_VAE, ltxVaeSettings } from "../../models/ltx_vae/mod.ts";
import type { VaePart } from "../../models/text_to_video/mod.ts";
import { factsOfWeights, loadOwnModel } from "../../pipeline/mod.ts";
import type { OwnRun } from "../../trainer/mod.ts";

/** The module that imported weights of the VAE name. */
export const LTX_MODULE = "lib/models/ltx_vae/module.ts";

/** The file of `--vae ltx:FILE`; undefined for other values. */
export function ltxFileOf(vae: string | undefined): string | undefined {
  return vae?.startsWith("ltx:") ? vae.slice("ltx:".length) : undefined;
}

/**
 * The VAE of imported weights as the module of a run.
 *
 * @throws {InputError} if the file does not hold them
 */
export async function ltxModel(path: string): Promise<OwnRun> {
  const { config } = await factsOfWeights(path, "VideoVAE", z.unknown());
  const found = z.object({ own: ltxVaeSettings }).safeParse(config);
  if (!found.success) {
    throw new InputError(
      `Cannot use --vae "ltx:${path}": it must be what deno task ` +
        "import-weights --model ltx-vae wrote: it is another VAE; leave out ltx:",
    );
  }
  const { reference } = await loadOwnModel(LTX_MODULE);
  const vae = {
    ...LTX_VAE,
    // Its settings are those of its weights, not of the command line.
    settings: z.preprocess(() => found.data.own, ltxVaeSettings),
  };
  return { reference, parts: { vae: vae as VaePart } };
}

/** @throws {InputError} where a module brings a VAE, or anything else, as well */
export function assertNoModel(model: string | undefined): void {
  if (model === undefined) return;
  throw new InputError(
    `Cannot use --vae ltx: together with --model "${model}": the VAE is that ` +
      "of a module of its own; leave one out",
  );
}
