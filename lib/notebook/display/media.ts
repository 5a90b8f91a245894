import type { MimeBundle } from "../../formats/notebook/mod.ts";
import { dataUrl, escapeHtml } from "../../core/mod.ts";

/** An encoded clip. */
export interface Video {
  readonly mp4: Uint8Array;
  /** The same as an animated picture, for pages in which videos do not play. */
  readonly gif?: Uint8Array;
  readonly caption: string;
  /** Width on the page in pixels, default 256; the height follows. */
  readonly width?: number;
}

/** Pictures side by side. */
export interface ImageGrid {
  /** Each an encoded PNG file. */
  readonly images: readonly {
    readonly png: Uint8Array;
    readonly caption: string;
  }[];
  /** Pictures in a row, default 4. */
  readonly columns?: number;
  /** Width of each on the page in pixels, default 160. */
  readonly width?: number;
}

/**
 * A clip that plays in the page, and as an animated picture elsewhere.
 */
export function videoBundle(
  { mp4, gif, caption, width = 256 }: Video,
): MimeBundle {
  const label = escapeHtml(caption);
  const instead = gif === undefined
    ? label
    : `<img src="${
      dataUrl("image/gif", gif)
    }" alt="${label}" width="${width}">`;
  return {
    "text/html": '<figure style="margin:0">' +
      `<video src="${dataUrl("video/mp4", mp4)}" width="${width}" ` +
      `aria-label="${label}" autoplay muted loop playsinline controls>` +
      `${instead}</video><figcaption>${label}</figcaption></figure>`,
    ...(gif === undefined ? {} : { "image/gif": gif.toBase64() }),
    "text/plain": `[video] ${caption} (${(mp4.length / 1000).toFixed(1)} kB)`,
  };
}

/** Pictures side by side, each with its caption. */
export function imageGridBundle(
  { images, columns = 4, width = 160 }: ImageGrid,
): MimeBundle {
  const figures = images.map(({ png, caption }) => {
    const label = escapeHtml(caption);
    return '<figure style="margin:0">' +
      `<img src="${dataUrl("image/png", png)}" alt="${label}" ` +
      `width="${width}" style="image-rendering:pixelated">` +
      `<figcaption style="max-width:${width}px">${label}</figcaption></figure>`;
  });
  return {
    "text/html": '<div style="display:grid;gap:8px;justify-content:start;' +
      `grid-template-columns:repeat(${columns},${width}px)">` +
      `${figures.join("")}</div>`,
    "text/plain": `[${images.length} images] ` +
      images.map(({ caption }) => caption).join("; "),
  };
}
