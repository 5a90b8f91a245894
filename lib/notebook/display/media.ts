import type { MimeBundle } from "../../formats/notebook/mod.ts";
import { dataUrl, escapeHtml } from "../../core/mod.ts";

/** An encoded clip. */
export interface Video {
  readonly mp4: Uint8Array;
  /** The same as an animated picture, for pages in which videos do not play. */
  readonly gif?: Uint8Array;
  readonly caption: string;
  /** Width on the page in pixels, default 320; the height follows. */
  readonly width?: number;
}

/** Clips side by side, playing together. */
export interface VideoGrid {
  readonly videos: readonly Omit<Video, "width">[];
  /** Clips in a row at most, default 3; a narrow page has fewer. */
  readonly columns?: number;
  /** Width of each on the page in pixels, default 320. */
  readonly width?: number;
}

/** Pictures side by side. */
export interface ImageGrid {
  /** Each an encoded PNG file. */
  readonly images: readonly {
    readonly png: Uint8Array;
    readonly caption: string;
  }[];
  /** Pictures in a row at most, default 4; a narrow page has fewer. */
  readonly columns?: number;
  /**
   * Width of each on the page in pixels, default 320. Those of natural width
   * stand below each other and scroll where the page is narrow, so that texts in
   * them stay readable.
   */
  readonly width?: number | "natural";
}

/** Width of clips and pictures on a page in pixels, and the gap between them. */
const [WIDTH, GAP] = [320, 8];

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
  { videos, columns = 3, width = WIDTH }: VideoGrid,
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
export function videoFigure(
  { mp4, gif, caption, width = WIDTH }: Video,
): string {
  const label = escapeHtml(caption);
  const instead = gif === undefined
    ? label
    : `<img src="${
      dataUrl("image/gif", gif)
    }" alt="${label}" width="${width}">`;
  return '<figure style="margin:0">' +
    `<video src="${dataUrl("video/mp4", mp4)}" width="${width}" ` +
    `style="max-width:100%" aria-label="${label}" ` +
    "autoplay muted loop playsinline controls>" +
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
  const most = columns * (width + GAP) - GAP;
  return `<div style="display:flex;flex-wrap:wrap;gap:${GAP}px;` +
    `max-width:${most}px">${figures.join("")}</div>`;
}

/** Pictures side by side, each with its caption. */
export function imageGridBundle(
  { images, columns = 4, width = WIDTH }: ImageGrid,
): MimeBundle {
  const isNatural = width === "natural";
  const figures = images.map(({ png, caption }) => {
    const label = escapeHtml(caption);
    const image = `<img src="${dataUrl("image/png", png)}" alt="${label}" `;
    return isNatural
      ? '<figure style="margin:0;overflow-x:auto">' +
        `${image}style="max-width:none">` +
        `<figcaption>${label}</figcaption></figure>`
      : '<figure style="margin:0">' +
        `${image}width="${width}" ` +
        'style="max-width:100%;image-rendering:pixelated">' +
        `<figcaption style="max-width:${width}px">${label}</figcaption></figure>`;
  });
  return {
    "text/html": isNatural
      ? figures.join("")
      : gridHtml(figures, columns, width),
    "text/plain": `[${images.length} images] ` +
      images.map(({ caption }) => caption).join("; "),
  };
}
