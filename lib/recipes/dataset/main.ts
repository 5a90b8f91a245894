import * as z from "zod";
import { openDevice } from "../../compiler/mod.ts";
import {
  assertWritableFolder,
  InputError,
  type NdArray,
  stackArrays,
  writeFileAtomically,
} from "../../core/mod.ts";
import { contactSheet, encodePng } from "../../dataset/encode/mod.ts";
import { latentStatistics } from "../../models/vae/mod.ts";
import {
  type Codec,
  latentSpaceOf,
  openCodec,
  readVae,
  VAE_FILE,
} from "../../pipeline/mod.ts";
import { type CachedFile, readCachedFile } from "../../trainer/mod.ts";
import { log, runProgram, textFlag, wholeNumber } from "../command_line/mod.ts";

const path = textFlag();

/** Flags of `deno task dataset check`. */
export const datasetFlags = z.strictObject({
  run: path.default("runs/train").describe(
    "folder of a run with cached latents",
  ),
  vae: path.optional().describe("weights of another VAE than the run's"),
  clips: wholeNumber(1).default(8)
    .describe("number of clips of each cache"),
});

/** Smallest height of a frame on a sheet, pixels. */
const MIN_HEIGHT = 96;

/**
 * `deno task dataset check`: decodes the first clips of each latent cache of a
 * run, and writes a contact sheet with their captions beside each cache.
 *
 * @throws {InputError} if the run has no cache
 */
async function check(
  { run, vae: given, clips }: z.infer<typeof datasetFlags>,
): Promise<number> {
  const vae = await readVae(given ?? `${run}/${VAE_FILE}`);
  await assertWritableFolder(`${run}/latents`, "--run");
  using device = await openDevice("cpu");
  using codec = await openCodec(device, vae.tensors.parameters, vae.config);
  for (const name of await cachesOf(`${run}/latents`)) {
    const file = await readCachedFile(
      `${run}/latents/${name}/00000000.safetensors`,
    );
    if (file.codec !== latentSpaceOf(vae)) {
      log(`${name}: of another VAE; it is unused and may be deleted`);
      continue;
    }
    const sheet = `${run}/latents/${name}.png`;
    const { png, shape } = await sheetOf(codec, file, clips);
    await writeFileAtomically(sheet, png);
    const { mean, std } = latentStatistics(file.latents);
    log(
      `${name}: ${file.source}, ${shape}; latent means ${rangeOf(mean)}, ` +
        `std ${rangeOf(std)}; ${sheet}`,
    );
  }
  return 0;
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
    `Cannot check "${folder}": it must hold latents: it holds none; train a ` +
      "phase first",
  );
}

async function sheetOf(
  codec: Codec,
  { latents, clips, fps }: CachedFile,
  count: number,
): Promise<{ readonly png: Uint8Array; readonly shape: string }> {
  const decoded = await codec.decode(stackArrays(latents.slice(0, count)), fps);
  const scale = Math.max(1, Math.round(MIN_HEIGHT / decoded[0]!.height));
  const sheet = await contactSheet(
    decoded.map((clip, i) => ({
      label: `${clips[i]!.caption} (${clips[i]!.language}, ${clips[i]!.id})`,
      clip,
    })),
    { columns: 8, scale },
  );
  const { frames, height, width } = decoded[0]!;
  return {
    png: encodePng(sheet),
    shape: `${frames}x${height}x${width} at ${fps} fps`,
  };
}

function rangeOf({ data }: NdArray<"float32">): string {
  return `${Math.min(...data).toFixed(2)} to ${Math.max(...data).toFixed(2)}`;
}

if (import.meta.main) {
  await runProgram({
    command: "check",
    usage: "deno task dataset check",
    purpose: "Decodes cached latents to contact sheets: the data of training.",
    flags: datasetFlags,
    run: check,
  });
}
