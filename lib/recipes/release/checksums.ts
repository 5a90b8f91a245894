import { createHash } from "node:crypto";
import { writeFileAtomically } from "../../core/mod.ts";

/** Writes `SHA256SUMS` over all files of a folder, as `sha256sum -c` reads it. */
export async function writeChecksums(folder: string): Promise<void> {
  const lines: string[] = [];
  for (const path of await filesUnder(folder, "")) {
    const hash = createHash("sha256");
    using file = await Deno.open(`${folder}/${path}`);
    for await (const chunk of file.readable) hash.update(chunk);
    lines.push(`${hash.digest("hex")}  ${path}\n`);
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
