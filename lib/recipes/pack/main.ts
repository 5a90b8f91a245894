import { writeFileAtomically } from "../../core/mod.ts";
import { saveWeights } from "../../trainer/mod.ts";
import { runProgram, say } from "../command_line/mod.ts";
import {
  DIFFUSION_FILE,
  readTrainedModels,
  VAE_FILE,
} from "../generate/trained_models.ts";
import { VOCABULARY_FILE } from "../generate/vocabulary.ts";
import { captionWords } from "./caption_words.ts";
import { packFlags, type PackOptions } from "./options.ts";

/** `deno task pack`: the models of a run, small enough to be shipped. */
async function pack({ run, out }: PackOptions): Promise<number> {
  const models = await readTrainedModels(run);
  await Deno.mkdir(out, { recursive: true });
  const half = { dtype: "float16" } as const;
  const { vae, statistics, diffusion, facts, config } = models;
  const vaeDigest = await saveWeights(
    `${out}/${VAE_FILE}`,
    { parameters: vae, statistics },
    facts.vae,
    half,
  );
  await saveWeights(`${out}/${DIFFUSION_FILE}`, diffusion, {
    ...facts.diffusion,
    // Rounded, the VAE is another one, whose latents are the same to the eye.
    config: { text: config.text, backbone: config.backbone, vae: vaeDigest },
  }, half);
  await writeFileAtomically(
    `${out}/${VOCABULARY_FILE}`,
    `${JSON.stringify(await captionWords())}\n`,
  );
  for (const name of [VAE_FILE, DIFFUSION_FILE, VOCABULARY_FILE]) {
    const { size } = await Deno.stat(`${out}/${name}`);
    say(`${out}/${name}: ${(size / 1e6).toFixed(1)} MB`);
  }
  return 0;
}

if (import.meta.main) {
  await runProgram({
    usage: "deno task pack",
    purpose: "Packs the models of a run in half precision, to be shipped.",
    flags: packFlags,
    run: pack,
  });
}
