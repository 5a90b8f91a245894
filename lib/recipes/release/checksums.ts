import { writeFileAtomically } from "../../core/mod.ts";
import { contentHash } from "../../dataset/curate/mod.ts";

/** Writes `SHA256SUMS` over all files of a folder, as `sha256sum -c` reads it. */
export async function writeChecksums(folder: string): Promise<void> {
  const lines: string[] = [];
  for (const path of await filesUnder(folder, "")) {
    lines.push(`${await contentHash(`${folder}/${path}`)}  ${path}\n`);
  }
  await writeFileAtomically(`${folder}/SHA256SUMS`, lines.join(""));
}

async function filesUnder(folder: string, path: string): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(`${folder}/${path}`)) {
    if (isDirectory) files.push(...await filesUnder(folder, `${path}${name}/`));
    else files.push(`${path}${name}`);
  }
  return files.sort();
}
