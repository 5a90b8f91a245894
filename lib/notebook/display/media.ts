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

/** Clips side by side, playing together. */
export interface VideoGrid {
  readonly videos: readonly Omit<Video, "width">[];
  /** Clips in a row, default 3. */
  readonly columns?: number;
  /** Width of each on the page in pixels, default 224. */
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
export function videoBundle(video: Video): MimeBundle {
  const { gif } = video;
  return {
    "text/html": videoFigure(video),
    ...(gif === undefined ? {} : { "image/gif": gif.toBase64() }),
    "text/plain": videoText(video),
  };
}

/** Clips side by side, each with its caption. */
export function videoGridBundle(
  { videos, columns = 3, width = 224 }: VideoGrid,
): MimeBundle {
  return {
    "text/html": gridHtml(
      videos.map((video) => videoFigure({ ...video, width })),
      columns,
      width,
    ),
    "text/plain": videos.map(videoText).join("\n"),
  };
}

/** A clip that plays, with its caption, as HTML. */
export function videoFigure({ mp4, gif, caption, width = 256 }: Video): string {
  const label = escapeHtml(caption);
  const instead = gif === undefined
    ? label
    : `<img src="${
      dataUrl("image/gif", gif)
    }" alt="${label}" width="${width}">`;
  return '<figure style="margin:0">' +
    `<video src="${dataUrl("video/mp4", mp4)}" width="${width}" ` +
    `aria-label="${label}" autoplay muted loop playsinline controls>` +
    `${instead}</video>` +
    `<figcaption style="max-width:${width}px">${label}</figcaption></figure>`;
}

function videoText({ mp4, caption }: Pick<Video, "mp4" | "caption">): string {
  return `[video] ${caption} (${(mp4.length / 1000).toFixed(1)} kB)`;
}

function gridHtml(
  figures: readonly string[],
  columns: number,
  width: number,
): string {
  return '<div style="display:grid;gap:8px;justify-content:start;' +
    `grid-template-columns:repeat(${columns},${width}px)">` +
    `${figures.join("")}</div>`;
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
    "text/html": gridHtml(figures, columns, width),
    "text/plain": `[${images.length} images] ` +
      images.map(({ caption }) => caption).join("; "),
  };
}
