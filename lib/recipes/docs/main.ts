import { dirname, resolve } from "node:path";
import {
  assertReplaceable,
  assertWritableFolder,
  exists,
  RunFailedError,
  writeFileAtomically,
} from "../../core/mod.ts";
import { log, runProgram } from "../command_line/mod.ts";
import { checkLinks } from "./check_links.ts";
import { type DocsFlags, docsFlags } from "./options.ts";
import { makeSite, type SiteNotebook } from "./site.ts";

/** The first pages, in the order of the navigation; those of `docs/` follow. */
const FIRST = ["README.md"];
const LAST = [
  "data/README.md",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
];

/** `deno task docs`: the documents as a static site. */
async function docs({ out, overwrite, ...flags }: DocsFlags): Promise<number> {
  await assertReplaceable([out], overwrite, "--out");
  await assertWritableFolder(out, "--out");
  const staging = `${resolve(out)}.partial-${Deno.pid}`;
  // The task that runs them may write to runs/ alone.
  const runs = `runs/.site-notebooks-${Deno.pid}`;
  try {
    const names = await namesIn("notebooks", /^\d.*\.ipynb$/);
    const notebooks = flags.notebooks === "run"
      ? await executed(names, runs)
      : names.map((name) => notebook(name, `notebooks/${name}`));
    const cards = (await namesIn("checkpoints", /^\w+$/))
      .map((name) => `checkpoints/${name}/README.md`);
    const { pages, copied } = await makeSite({
      markdown: [
        ...FIRST,
        ...(await namesIn("docs", /\.md$/)).map((name) => `docs/${name}`),
        ...cards,
        ...LAST,
      ],
      notebooks,
    });
    await Deno.mkdir(staging, { recursive: true });
    await writeReference(`${staging}/api`);
    for (const [source, to] of copied) {
      await Deno.mkdir(dirname(`${staging}/${to}`), { recursive: true });
      if ((await Deno.stat(source)).isFile) {
        await Deno.copyFile(source, `${staging}/${to}`);
      }
    }
    for (const [page, html] of pages) {
      await Deno.mkdir(dirname(`${staging}/${page}`), { recursive: true });
      await writeFileAtomically(`${staging}/${page}`, html);
    }
    const { checked, external, broken } = await checkLinks(
      pages,
      (path) => exists(`${staging}/${path}`),
    );
    for (const { page, link, reason } of broken) {
      log(`${page}: link "${link}": ${reason}`);
    }
    if (broken.length > 0) {
      throw new RunFailedError(
        `Cannot make the site: ${broken.length} of ${checked} links lead nowhere`,
      );
    }
    if (await exists(out)) await Deno.remove(out, { recursive: true });
    await Deno.rename(staging, out);
    log(
      `${pages.size} pages, ${checked} links checked, ${external} to other ` +
        "sites not followed",
    );
  } finally {
    for (const folder of [staging, runs]) {
      if (await exists(folder)) await Deno.remove(folder, { recursive: true });
    }
  }
  log(`site: ${out}/index.html`);
  return 0;
}

function notebook(file: string, path: string): SiteNotebook {
  return { name: file.replace(/\.ipynb$/, ""), path };
}

/** Runs all notebooks, each saved with its outputs in a folder of its own. */
async function executed(
  names: readonly string[],
  folder: string,
): Promise<SiteNotebook[]> {
  await deno(["task", "-q", "notebooks:run", folder]);
  const found = new Map<string, string>();
  for (const run of await namesIn(folder, /./)) {
    for (const name of await namesIn(`${folder}/${run}/notebook`, /\.ipynb$/)) {
      found.set(name, `${folder}/${run}/notebook/${name}`);
    }
  }
  return names.map((name) => {
    const path = found.get(name);
    if (path !== undefined) return notebook(name, path);
    throw new RunFailedError(
      `Cannot make the site: notebook ${name} must have run: "${folder}" has none`,
    );
  });
}

/** Writes the reference of all exports of `lib/`, of its doc comments. */
async function writeReference(folder: string): Promise<void> {
  const modules: string[] = [];
  for (const name of await namesIn("lib", /^\w+$/)) {
    const path = `lib/${name}/mod.ts`;
    if (await exists(path)) modules.push(path);
  }
  await deno([
    ...["doc", "--quiet", "--html", "--name=AIPROD", `--output=${folder}`],
    ...modules,
  ]);
}

/** Runs this Deno; what it prints is shown where it fails. */
async function deno(args: readonly string[]): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command(
    Deno.execPath(),
    { args: [...args], stdin: "null" },
  ).output();
  if (success) return;
  const decoder = new TextDecoder();
  log(decoder.decode(stdout) + decoder.decode(stderr));
  throw new RunFailedError(`Cannot make the site: deno ${args[0]} failed`);
}

/** Names in a folder that match, sorted; none where there is no such folder. */
async function namesIn(folder: string, pattern: RegExp): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) {
      if (pattern.test(name)) names.push(name);
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
  return names.sort();
}

if (import.meta.main) {
  await runProgram({
    usage: "deno task docs",
    purpose:
      "Makes one static site of README, docs, model cards, notebooks and the reference of all exports, and checks its links.",
    flags: docsFlags,
    run: docs,
  });
}
