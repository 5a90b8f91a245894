import type { App } from "../context.ts";

/** Files of packages that pages use, so that no page asks another host. */
const ASSETS = {
  "swagger-ui.css": ["swagger-ui-dist/swagger-ui.css", "text/css"],
  "swagger-ui-bundle.js": [
    "swagger-ui-dist/swagger-ui-bundle.js",
    "text/javascript",
  ],
  "htmx.js": ["htmx.org/dist/htmx.min.js", "text/javascript"],
} as const;

const DOCS_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>AIPROD API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/swagger-ui.css">
</head>
<body>
<div id="ui"></div>
<script src="/assets/swagger-ui-bundle.js"></script>
<script src="/assets/docs.js"></script>
</body>
</html>
`;

const DOCS_SCRIPT =
  `SwaggerUIBundle({ dom_id: "#ui", url: "/openapi.json", persistAuthorization: false });\n`;

/** The page that shows the document of the API, and the files of all pages. */
export function docsRoutes(app: App): void {
  app.get("/docs", (c) => c.html(DOCS_PAGE));
  app.get(
    "/assets/docs.js",
    (c) => c.body(DOCS_SCRIPT, 200, { "content-type": "text/javascript" }),
  );
  for (const [name, [file, type]] of Object.entries(ASSETS)) {
    app.get(`/assets/${name}`, async (c) => {
      const opened = await Deno.open(new URL(import.meta.resolve(file)));
      return c.body(opened.readable, 200, {
        "content-type": type,
        "cache-control": "public, max-age=86400",
      });
    });
  }
}
