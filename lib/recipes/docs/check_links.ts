import { dirname, join } from "node:path/posix";

/** A link of a page that leads nowhere. */
export interface BrokenLink {
  readonly page: string;
  readonly link: string;
  readonly reason: "no such file" | "no such heading";
}

/** How the links of pages are. */
export interface LinkReport {
  /** Links to other places of the site. */
  readonly checked: number;
  /** Links to other sites, which are not followed. */
  readonly external: number;
  readonly broken: readonly BrokenLink[];
}

/**
 * Checks that the links and pictures of pages lead to files of the site, and
 * their anchors to headings.
 *
 * @param pages HTML by path.
 * @param isFile Whether the site has another file.
 */
export async function checkLinks(
  pages: ReadonlyMap<string, string>,
  isFile: (path: string) => Promise<boolean>,
): Promise<LinkReport> {
  const anchors = new Map(
    [...pages].map(([page, html]) => [
      page,
      new Set([...html.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id)),
    ]),
  );
  let [checked, external] = [0, 0];
  const broken: BrokenLink[] = [];
  for (const [page, html] of pages) {
    // What is shown as code is no link.
    const markup = html.replace(/<(pre|script|style)\b[^]*?<\/\1>/g, "");
    for (const [, link = ""] of markup.matchAll(/ (?:href|src)="([^"]*)"/g)) {
      if (/^[a-z]+:/i.test(link)) {
        external++;
        continue;
      }
      checked++;
      const [path = "", anchor] = link.split("#", 2);
      const target = path === ""
        ? page
        : join(dirname(page), decodeURIComponent(path));
      if (!pages.has(target) && !await isFile(target)) {
        broken.push({ page, link, reason: "no such file" });
      } else if (
        anchor && anchors.get(target)?.has(decodeURIComponent(anchor)) === false
      ) {
        broken.push({ page, link, reason: "no such heading" });
      }
    }
  }
  return { checked, external, broken };
}
