import { Marked, type Tokens } from "marked";
import style from "./site.css" with { type: "text" };
import { escapeHtml, htmlPage } from "../../core/mod.ts";

/** A page of the site's navigation. */
export interface NavigationEntry {
  readonly title: string;
  /** Path of the page in the site. */
  readonly page: string;
}

/** What a page of Markdown is made with. */
export interface PageOptions {
  /** Path of the page in the site. */
  readonly page: string;
  readonly navigation: readonly NavigationEntry[];
  /** The target of a link or picture of the Markdown, as the page names it. */
  readonly hrefOf: (target: string) => string;
}

/**
 * The anchor of a heading, as code hosts make it.
 *
 * @example
 * ```ts
 * import { slugOf } from "lib/recipes/docs/markdown_page.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(slugOf("From a flag, to `train`"), "from-a-flag-to-train");
 * ```
 */
export function slugOf(heading: string): string {
  return heading.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .replace(/\s/g, "-");
}

/** The first heading of a text. */
export function titleOf(markdown: string): string | undefined {
  return /^# (.+)$/m.exec(markdown)?.[1];
}

/** A page of Markdown as HTML, with anchors at its headings and the navigation. */
export function markdownPage(
  markdown: string,
  { page, navigation, hrefOf }: PageOptions,
): string {
  const used = new Map<string, number>();
  const marked = new Marked({
    walkTokens(token) {
      if (token.type === "link" || token.type === "image") {
        const target = token as Tokens.Link | Tokens.Image;
        target.href = hrefOf(target.href);
      }
    },
    renderer: {
      heading({ tokens, depth, text }) {
        const slug = slugOf(text.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1"));
        const before = used.get(slug) ?? 0;
        used.set(slug, before + 1);
        const id = before === 0 ? slug : `${slug}-${before}`;
        return `<h${depth} id="${escapeHtml(id)}">${
          this.parser.parseInline(tokens)
        }</h${depth}>\n`;
      },
    },
  });
  const body = marked.parse(withoutHeader(markdown), { async: false });
  const up = "../".repeat(page.split("/").length - 1);
  const title = titleOf(markdown) ?? page;
  const links = navigation.map(({ title, page: to }) =>
    `<a href="${escapeHtml(up + to)}"${
      to === page ? ' aria-current="page"' : ""
    }>${escapeHtml(title)}</a>`
  );
  return htmlPage({
    title,
    style,
    body: `<nav>\n${links.join("\n")}\n</nav>\n<main>\n${body}</main>`,
  });
}

/** Without the YAML header of a model card. */
function withoutHeader(markdown: string): string {
  return markdown.replace(/^---\n[^]*?\n---\n/, "");
}
