import type { Device } from "../../compiler/mod.ts";
import { InputError } from "../../core/mod.ts";
import {
  type FeatureNetwork,
  type HeldOutWork,
  type InceptionNetwork,
  loadI3d,
  loadLpips,
  loadWorld3d,
  type LpipsMetric,
  openI3d,
  openInception,
  openLpips,
  openWorld3d,
  type PairDistance,
  type Trunk,
  TRUNKS,
  type World3dNetwork,
} from "../../evaluation/mod.ts";
import { WEIGHTS, type WeightsEntry } from "../weights/catalogue.ts";
import { convertedInception } from "../weights/inception.ts";

/** Opens a trained world3d network. */
export async function trainedWorld3d(
  device: Device,
  path: string,
): Promise<World3dNetwork> {
  return await openWorld3d(device, await loadWorld3d(path));
}

/** Opens InceptionV3; its weights are converted from their package at the first use. */
export async function openedInception(
  device: Device,
  folder: string,
): Promise<InceptionNetwork> {
  return await openInception(device, await convertedInception(folder));
}

/**
 * Opens I3D.
 *
 * @throws {InputError} saying how to get it, if it is not there
 */
export async function importedI3d(
  device: Device,
  folder: string,
): Promise<FeatureNetwork> {
  const path = await pathOf(WEIGHTS.i3d, folder);
  return await openI3d(device, await loadI3d(path));
}

/**
 * Opens LPIPS with a trunk.
 *
 * @throws {InputError} saying how to get it, if it is not there
 */
export async function importedLpips(
  device: Device,
  folder: string,
  trunk: Trunk,
): Promise<LpipsMetric> {
  const path = await pathOf(WEIGHTS[trunk], folder);
  return await openLpips(device, await loadLpips(path, trunk));
}

/**
 * The networks of an evaluation on held-out video: InceptionV3, and what of I3D
 * and LPIPS is imported.
 *
 * @param folder Folder of converted weights.
 * @param stack Closes them.
 */
export async function heldOutNetworks(
  device: Device,
  folder: string,
  stack: DisposableStack,
): Promise<Pick<HeldOutWork, "networks" | "pairs">> {
  const inception = stack.use(await openedInception(device, folder));
  const networks: [FeatureNetwork, ...FeatureNetwork[]] = [inception];
  const pairs: PairDistance[] = [{
    name: "Inception distance",
    distance: (a, b) => inception.distance(a, b),
  }];
  if (await isImported(WEIGHTS.i3d, folder)) {
    networks.push(stack.use(await importedI3d(device, folder)));
  }
  for (const trunk of TRUNKS) {
    if (!await isImported(WEIGHTS[trunk], folder)) continue;
    const lpips = stack.use(await importedLpips(device, folder, trunk));
    pairs.push({
      name: WEIGHTS[trunk].gives,
      distance: (a, b) => lpips.distance(a, b),
    });
  }
  return { networks, pairs };
}

async function isImported(
  { file }: WeightsEntry,
  folder: string,
): Promise<boolean> {
  return await Deno.stat(`${folder}/${file}`).then(() => true, () => false);
}

async function pathOf(entry: WeightsEntry, folder: string): Promise<string> {
  const path = `${folder}/${entry.file}`;
  if (await isImported(entry, folder)) return path;
  throw new InputError(
    `Cannot compute ${entry.gives}: its weights must be in "${folder}": ` +
      `${entry.file} is missing; get ${
        entry.sources.map(({ name, where }) => `${name} (${where})`).join(
          " and ",
        )
      }, then ${entry.command}; ${entry.without}`,
  );
}
