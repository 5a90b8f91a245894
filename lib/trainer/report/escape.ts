const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/**
 * Makes a text safe to stand in HTML, between tags or in a quoted attribute.
 *
 * @example
 * ```ts
 * import { escapeHtml } from "lib/trainer/report/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(escapeHtml('a < "b"'), "a &lt; &quot;b&quot;");
 * ```
 */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

/**
 * Prints JSON that is safe inside a `<script>` element: it holds no `<`, so
 * neither `</script>` nor `<!--` can end or change the element.
 *
 * @example
 * ```ts
 * import { scriptJson } from "lib/trainer/report/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(scriptJson("</script>"), '"\\u003c/script>"');
 * assert.equal(JSON.parse(scriptJson("</script>")), "</script>");
 * ```
 */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}
