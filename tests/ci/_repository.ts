import { dirname } from "node:path";

/** The content of each file of a small repository, by its path. */
export type Files = Readonly<Record<string, string>>;

/** Makes a small repository in a temporary folder, for as long as it is used. */
export async function withRepository<T>(
  files: Files,
  use: (root: string) => Promise<T>,
): Promise<T> {
  const root = await Deno.makeTempDir();
  try {
    const all = {
      "deno.json": '{ "imports": { "lib/": "./lib/" } }',
      ...files,
    };
    for (const [path, content] of Object.entries(all)) {
      await Deno.mkdir(dirname(`${root}/${path}`), { recursive: true });
      await Deno.writeTextFile(`${root}/${path}`, content);
    }
    return await use(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}
