const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Makes a text safe between tags and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

/** What a page holds beside its head, as HTML. */
export interface HtmlPage {
  /** As text. */
  readonly title: string;
  /** Elements of the head before the title, a line each. */
  readonly head?: readonly string[];
  /** A style sheet that ends with a line break. */
  readonly style: string;
  readonly body: string;
}

/** A page of English text that fits every screen. */
export function htmlPage({ title, head = [], style, body }: HtmlPage): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
${
    [
      ...head,
      '<meta name="viewport" content="width=device-width, initial-scale=1">',
    ].join("\n")
  }
<title>${escapeHtml(title)}</title>
<style>
${style}</style>
</head>
<body>
${body}
</body>
</html>
`;
}

/** JSON without `<`, so that neither `</script>` nor `<!--` can end its script element. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}

/** Bytes as an address that needs no network. */
export function dataUrl(mime: string, bytes: Uint8Array): string {
  return `data:${mime};base64,${bytes.toBase64()}`;
}
