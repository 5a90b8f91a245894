import { InputError, makeWritableFolder } from "../../core/mod.ts";
import {
  digestOfFile,
  i3dFromPytorch,
  lpipsFromPytorch,
  type OpenFile,
  saveI3d,
  saveLpips,
  type Trunk,
} from "../../evaluation/mod.ts";
import { openStateDict } from "../../formats/pytorch/mod.ts";
import { type PublicFile, WEIGHTS } from "./catalogue.ts";

/** Options of a conversion. */
export interface ImportOptions {
  /** PyTorch files, in any order. */
  readonly files: readonly string[];
  /** Folder of converted weights. */
  readonly folder: string;
  /** Whether to accept files of another hash than the published one. */
  readonly anyHash: boolean;
}

/**
 * Converts I3D's public file.
 *
 * @returns path of the converted weights
 * @throws {InputError} if it is another network, or of another hash
 */
export async function importI3d(
  { files, folder, anyHash }: ImportOptions,
): Promise<string> {
  const [path] = files;
  if (path === undefined || files.length !== 1) {
    throw wrongFiles("i3d", "one file", files);
  }
  using state = await openStateDict(path);
  const parameters = i3dFromPytorch({ path, state });
  const digest = await checkedDigest(path, WEIGHTS.i3d.sources[0]!, anyHash);
  await makeWritableFolder(folder, "--folder");
  const target = `${folder}/${WEIGHTS.i3d.file}`;
  await saveI3d(target, parameters, digest);
  return target;
}

/**
 * Converts a trunk of torchvision and its heads by lpips.
 *
 * @returns path of the converted weights
 * @throws {InputError} if they are other files, or the trunk is of another hash
 */
export async function importLpips(
  { files, folder, anyHash }: ImportOptions,
): Promise<string> {
  const [first, second] = files;
  if (first === undefined || second === undefined || files.length !== 2) {
    throw wrongFiles("lpips", "a trunk's file and its heads' file", files);
  }
  using a = await openStateDict(first);
  using b = await openStateDict(second);
  const opened: OpenFile[] = [
    { path: first, state: a },
    { path: second, state: b },
  ];
  const heads = opened.find(({ state }) => isHeads(state.tensors.keys()));
  const trunkFile = opened.find((file) => file !== heads);
  if (!heads || !trunkFile) {
    throw wrongFiles("lpips", "a trunk's file and its heads' file", files);
  }
  const trunk = trunkOf(trunkFile);
  const parameters = lpipsFromPytorch(trunk, trunkFile, heads);
  const [trunkSource, headsSource] = WEIGHTS[trunk].sources;
  const digests = [
    await checkedDigest(trunkFile.path, trunkSource!, anyHash),
    await checkedDigest(heads.path, headsSource!, anyHash),
  ];
  await makeWritableFolder(folder, "--folder");
  const target = `${folder}/${WEIGHTS[trunk].file}`;
  await saveLpips(target, trunk, parameters, digests.join(" "));
  return target;
}

function isHeads(names: Iterable<string>): boolean {
  return [...names].some((name) => name.startsWith("lin0."));
}

/** The trunk in a file, by a tensor of its own. */
function trunkOf({ path, state: { tensors } }: OpenFile): Trunk {
  if (tensors.has("features.3.squeeze.weight")) return "squeeze";
  if (tensors.has("features.28.weight")) return "vgg";
  if (tensors.has("features.10.weight")) return "alex";
  throw new InputError(
    `Cannot use "${path}" as an LPIPS trunk: it must hold AlexNet, VGG16 or ` +
      `SqueezeNet 1.1 of torchvision: it begins with "${
        tensors.keys().next().value ?? "nothing"
      }"; pass one of them`,
  );
}

async function checkedDigest(
  path: string,
  { name, sha256 }: PublicFile,
  anyHash: boolean,
): Promise<string> {
  const digest = await digestOfFile(path);
  if (sha256 === undefined || digest.startsWith(sha256) || anyHash) {
    return digest;
  }
  throw new InputError(
    `Cannot use "${path}": its SHA-256 must begin with ${sha256}, as that of ` +
      `the published ${name}: current value is ${digest}; download it again, ` +
      `or pass --any-hash to use other weights under their own hash`,
  );
}

function wrongFiles(
  network: string,
  wanted: string,
  files: readonly string[],
): InputError {
  return new InputError(
    `Cannot import ${network}: the command must name ${wanted}: current ` +
      `value is ${files.length === 0 ? "none" : files.join(" ")}; run ` +
      `deno task weights list`,
  );
}
