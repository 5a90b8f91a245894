import type { Device } from "../../compiler/mod.ts";
import type { ClipShape } from "../../dataset/batches/mod.ts";
import { type ExportedModels, exportModels } from "../export/export.ts";
import { placeExported, writeConfigs } from "./layout.ts";
import { writeSamples } from "./samples.ts";

const TWIN = new URL("twin.py", import.meta.url);

/** What a release holds of its models. */
export interface ReleasedModels {
  readonly models: ExportedModels;
  /** Where the weights come from; plain JSON. */
  readonly source: Readonly<Record<string, unknown>>;
  /** Of this project. */
  readonly version: string;
  /** Of the samples and the graphs. */
  readonly shape: ClipShape;
  /** Of the samples. */
  readonly prompts: readonly string[];
  readonly device: Device;
}

/**
 * Writes models, tokenizer, samples and the twin in PyTorch in the layout of
 * Hugging Face's diffusers.
 *
 * @param folder It exists.
 */
export async function writeModels(
  folder: string,
  { models, source, version, shape, prompts, device }: ReleasedModels,
): Promise<void> {
  await Deno.mkdir(`${folder}/samples`);
  await writeSamples(`${folder}/samples`, prompts, shape, models, device);
  const exported = `${folder}/exported`;
  await Deno.mkdir(exported);
  await exportModels({
    models,
    source,
    folder: exported,
    clip: shape,
    batch: 1,
  });
  await placeExported(exported, folder);
  await Deno.remove(exported, { recursive: true });
  await writeConfigs(folder, models.config, version);
  await Deno.copyFile(TWIN, `${folder}/twin.py`);
}
