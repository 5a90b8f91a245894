import { basename, dirname, join, relative } from "node:path/posix";
import { exists } from "../../core/mod.ts";
import { readNotebook } from "../../formats/notebook/mod.ts";
import { readText } from "../../formats/text/mod.ts";
import { notebookPage } from "../../notebook/mod.ts";
import {
  markdownPage,
  type NavigationEntry,
  titleOf,
} from "./markdown_page.ts";

/** A notebook of the site. */
export interface SiteNotebook {
  /** `00_quickstart`. */
  readonly name: string;
  /** The file with its outputs. */
  readonly path: string;
}

/** What the site is made of. */
export interface SiteSources {
  /** Files of Markdown, from the root of the repository. */
  readonly markdown: readonly string[];
  readonly notebooks: readonly SiteNotebook[];
}

/** Pages and other files of a site, by their path in it. */
export interface Site {
  readonly pages: ReadonlyMap<string, string>;
  /** From the repository to the site: pictures, and files that pages name. */
  readonly copied: ReadonlyMap<string, string>;
}

/** Where the reference of all exports begins. */
export const API_PAGE = "api/index.html";

/** The page of a file of Markdown. */
export function pageOf(file: string): string {
  return file === "README.md"
    ? "index.html"
    : file.replace(/README\.md$/, "index.html").replace(/\.md$/, ".html");
}

/** Makes the pages of a site; links between files become links between pages. */
export async function makeSite(
  { markdown, notebooks }: SiteSources,
): Promise<Site> {
  const pageOfNotebook = (name: string): string => `notebooks/${name}.html`;
  const titles = await Promise.all(markdown.map(async (file) => {
    const text = await readText(file);
    return { file, text, title: titleOf(text) ?? basename(file) };
  }));
  const navigation: NavigationEntry[] = [
    ...titles.map(({ file, title }) => ({ title, page: pageOf(file) })),
    { title: "Reference", page: API_PAGE },
    ...notebooks.map(({ name }) => ({
      title: name.replaceAll("_", " "),
      page: pageOfNotebook(name),
    })),
  ];
  const pages = new Map<string, string>();
  const copied = new Map<string, string>();
  for (const { file, text } of titles) {
    const page = pageOf(file);
    /** A link of the Markdown, as the page names it. */
    const hrefOf = (target: string): string => {
      if (/^([a-z]+:|#)/i.test(target)) return target;
      const [path = "", anchor] = target.split("#", 2);
      const source = join(dirname(file), path);
      const notebook = /^notebooks\/(\w+)\.ipynb$/.exec(source)?.[1];
      const isPage = markdown.includes(source);
      const to = isPage
        ? pageOf(source)
        : notebook
        ? pageOfNotebook(notebook)
        : source;
      if (to === source) copied.set(source, to);
      const href = relative(dirname(page), to);
      return anchor === undefined ? href : `${href}#${anchor}`;
    };
    pages.set(page, markdownPage(text, { page, navigation, hrefOf }));
  }
  for (const { name, path } of notebooks) {
    pages.set(
      pageOfNotebook(name),
      notebookPage(await readNotebook(path), name),
    );
  }
  for (const source of [...copied.keys()]) {
    // The check of the links names what is missing.
    if (!await exists(source)) copied.delete(source);
  }
  return { pages, copied };
}
