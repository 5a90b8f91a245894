/**
 * Makes relative paths begin at the repository: the nearest folder above with a
 * `deno.json`. Jupyter starts a kernel in the notebook's folder, the headless
 * runner in its own; the same path must mean the same file.
 */
export function enterRepository(): void {
  const here = Deno.cwd();
  for (let folder = here;; folder = `${folder}/..`) {
    const real = Deno.realPathSync(folder);
    if (isFile(`${real}/deno.json`)) return Deno.chdir(real);
    if (real === Deno.realPathSync(`${real}/..`)) return; // none up to the root
  }
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
