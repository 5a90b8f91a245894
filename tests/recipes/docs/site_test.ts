import assert from "node:assert/strict";
import { checkLinks } from "lib/recipes/docs/check_links.ts";
import { markdownPage } from "lib/recipes/docs/markdown_page.ts";
import { makeSite, pageOf } from "lib/recipes/docs/site.ts";

Deno.test("a page has the anchors of its headings, links between pages and no header", () => {
  const html = markdownPage(
    "---\nlicense: x\n---\n# Title & more\n\n## A `flag`\n\n## A `flag`\n\n[a](b.md) ![p](p.png)\n",
    {
      page: "docs/a.html",
      navigation: [{ title: "Start", page: "index.html" }, {
        title: "A",
        page: "docs/a.html",
      }],
      hrefOf: (target) => target.replace(".md", ".html"),
    },
  );
  assert.ok(!html.includes("license"));
  assert.match(html, /<title>Title &amp; more<\/title>/);
  assert.match(html, /<h2 id="a-flag">A <code>flag<\/code><\/h2>/);
  assert.match(html, /<h2 id="a-flag-1">/);
  assert.match(html, /<a href="b.html">a<\/a> <img src="p.png" alt="p">/);
  assert.match(html, /<a href="\.\.\/index\.html">Start<\/a>/);
  assert.match(html, /<a href="\.\.\/docs\/a\.html" aria-current="page">A</);
});

Deno.test("links that lead nowhere are found, others counted", async () => {
  const pages = new Map([
    [
      "index.html",
      '<h1 id="top"></h1><a href="docs/a.html#b"></a><a href="#top"></a>' +
      '<a href="docs/a.html#none"></a><img src="p.png"><a href="q.png"></a>' +
      '<a href="https://example.org"></a><pre>&lt;a href="x"></pre>',
    ],
    ["docs/a.html", '<h2 id="b"></h2><a href="../index.html">'],
  ]);
  const report = await checkLinks(
    pages,
    (path) => Promise.resolve(path === "p.png"),
  );
  assert.deepEqual(report, {
    checked: 6,
    external: 1,
    broken: [
      {
        page: "index.html",
        link: "docs/a.html#none",
        reason: "no such heading",
      },
      { page: "index.html", link: "q.png", reason: "no such file" },
    ],
  });
});

Deno.test("every link of the documents of this repository leads somewhere", async () => {
  const markdown = [
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
  ];
  for (const folder of ["docs", "data"]) {
    for (const { name } of Deno.readDirSync(folder)) {
      if (name.endsWith(".md")) markdown.push(`${folder}/${name}`);
    }
  }
  for (const { name } of Deno.readDirSync("checkpoints")) {
    markdown.push(`checkpoints/${name}/README.md`);
  }
  const notebooks = Array.from(Deno.readDirSync("notebooks"))
    .filter(({ name }) => /^\d.*\.ipynb$/.test(name))
    .map(({ name }) => ({
      name: name.replace(".ipynb", ""),
      path: `notebooks/${name}`,
    }));
  const { pages, copied } = await makeSite({ markdown, notebooks });
  assert.equal(pages.size, markdown.length + notebooks.length);
  const { broken, checked } = await checkLinks(
    pages,
    (path) =>
      Promise.resolve(
        path === "api/index.html" || [...copied.values()].includes(path),
      ),
  );
  assert.deepEqual(broken, []);
  assert.ok(checked > 100);
});

Deno.test("the README is the first page, that of a folder its index", () => {
  assert.equal(pageOf("README.md"), "index.html");
  assert.equal(pageOf("docs/layout.md"), "docs/layout.html");
  assert.equal(pageOf("data/README.md"), "data/index.html");
});
