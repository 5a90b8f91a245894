import { openDevice } from "../../compiler/mod.ts";
import {
  InputError,
  type NdArray,
  stackArrays,
  writeFileAtomically,
} from "../../core/mod.ts";
import { contactSheet, encodePng } from "../../dataset/encode/mod.ts";
import { latentStatistics } from "../../models/vae/mod.ts";
import { type CachedFile, readCachedFile } from "../../trainer/mod.ts";
import {
  type Codec,
  latentSpaceOf,
  openCodec,
  readVae,
  VAE_FILE,
} from "../../pipeline/mod.ts";
import type { CheckOptions } from "./options.ts";

/** Height of a frame on a sheet, pixels, at least. */
const HEIGHT = 96;

/**
 * Decodes the first clips of each latent cache of a run back to video, with
 * their captions: what training sees, for a look before it starts.
 *
 * @param say Takes a line about each cache.
 * @returns the pictures that were written.
 * @throws {InputError} if the run has no cache, or one that another VAE made
 */
export async function checkLatents(
  { run, vae: given, clips }: CheckOptions,
  say: (line: string) => void,
): Promise<string[]> {
  const vae = await readVae(given ?? `${run}/${VAE_FILE}`);
  using device = await openDevice("cpu");
  using codec = await openCodec(device, vae.tensors.parameters, vae.config);
  const pictures: string[] = [];
  for (const name of await cachesOf(`${run}/latents`)) {
    const file = await readCachedFile(
      `${run}/latents/${name}/00000000.safetensors`,
    );
    if (file.codec !== latentSpaceOf(vae)) {
      say(`${name}: made by another VAE, no longer used; it may be removed`);
      continue;
    }
    const picture = `${run}/latents/${name}.png`;
    await writeFileAtomically(picture, await sheetOf(codec, file, clips));
    const { mean, std } = latentStatistics(file.latents);
    say(
      `${name}: ${file.source}; latent means ${rangeOf(mean)}, ` +
        `std ${rangeOf(std)}; ${picture}`,
    );
    pictures.push(picture);
  }
  return pictures;
}

async function cachesOf(folder: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (isDirectory) names.push(name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  if (names.length > 0) return names.sort();
  throw new InputError(
    `Cannot check "${folder}": it must hold latents: it holds none; a phase ` +
      "makes them when it begins",
  );
}

async function sheetOf(
  codec: Codec,
  { latents, clips, fps }: CachedFile,
  count: number,
): Promise<Uint8Array> {
  const decoded = await codec.decode(stackArrays(latents.slice(0, count)), fps);
  const scale = Math.max(1, Math.round(HEIGHT / decoded[0]!.height));
  const sheet = await contactSheet(
    decoded.map((clip, i) => ({
      label: `${clips[i]!.caption} (${clips[i]!.language}, ${clips[i]!.id})`,
      clip,
    })),
    { columns: 8, scale },
  );
  return encodePng(sheet);
}

function rangeOf({ data }: NdArray<"float32">): string {
  return `${Math.min(...data).toFixed(2)} to ${Math.max(...data).toFixed(2)}`;
}
