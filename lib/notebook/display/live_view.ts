import { dataUrl, escapeHtml } from "../../core/mod.ts";
import type { MimeBundle } from "../../formats/notebook/mod.ts";
import type { Figure } from "./figure.ts";
import type { Host } from "./host.ts";
import type { ImageGrid } from "./media.ts";
import { staticPlot } from "./static_plot.ts";

/** What a live view shows. */
export interface LiveContent {
  /** Side by side; drawn without scripts, so that nothing flickers. */
  readonly figures: readonly Figure[];
  /** Under the plots. */
  readonly picture?: ImageGrid["images"][number];
  /** HTML above the plots. */
  readonly html?: string;
}

/** An output that changes in place, such as the curves of a training. */
export interface LiveView {
  /** Shows the content, or puts it in the place of the last one. */
  draw(content: LiveContent): Promise<void>;
}

/** Makes a live view; nothing is shown before its first content. */
export function liveView(host: Host, newId: () => string): LiveView {
  let id: string | undefined;
  return {
    async draw(content) {
      const bundle = liveBundle(content);
      if (id !== undefined) return await host.update(bundle, id);
      id = newId();
      await host.show(bundle, id);
    },
  };
}

/** Pixels of a plot's width. */
const PLOT = 600;

/** HTML, plots side by side, and a picture under them. */
function liveBundle({ figures, picture, html = "" }: LiveContent): MimeBundle {
  const plots = figures.map((figure) => {
    const svg = new TextEncoder().encode(staticPlot(figure));
    return `<img src="${dataUrl("image/svg+xml", svg)}" width="${PLOT}" ` +
      `alt="${escapeHtml(figure.title)}">`;
  });
  const shown = picture === undefined
    ? ""
    : '<figure style="margin:8px 0 0;overflow-x:auto">' +
      `<img src="${dataUrl("image/png", picture.png)}" ` +
      'style="max-width:none" ' + // a sheet, whose captions are to be read
      `alt="${escapeHtml(picture.caption)}">` +
      `<figcaption>${escapeHtml(picture.caption)}</figcaption></figure>`;
  return {
    "text/html": html + '<div style="display:flex;flex-wrap:wrap;gap:8px">' +
      `${plots.join("")}</div>${shown}`,
    "text/plain": "", // a terminal has progress bars
  };
}
