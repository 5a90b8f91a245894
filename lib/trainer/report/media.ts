import { escapeHtml } from "../../core/mod.ts";

/** A video or an image. */
export interface Medium {
  readonly title: string;
  readonly kind: "video" | "image";
  /** MIME type: "video/mp4", "image/png". */
  readonly mime: string;
  /** The encoded file. */
  readonly bytes: Uint8Array;
  readonly caption: string;
}

/**
 * Figures with the media as data: URLs; empty without media.
 *
 * @throws {TypeError} if a MIME type does not match the kind
 */
export function mediaSection(media: readonly Medium[]): string {
  if (media.length === 0) return "";
  return `<h2 id="media">Media</h2>
<div class="media">
${media.map(figure).join("\n")}
</div>`;
}

function figure(
  { title, kind, mime, bytes, caption }: Medium,
  index: number,
): string {
  if (!new RegExp(`^${kind}/[\\w.+-]+$`).test(mime)) {
    throw new TypeError(
      `Cannot show "${title}": its MIME type must be ${kind}/...: ` +
        `current value is "${mime}"`,
    );
  }
  const url = `data:${mime};base64,${bytes.toBase64()}`;
  const label = escapeHtml(title);
  const text = caption === "" ? "" : `<p>${escapeHtml(caption)}</p>`;
  const words = `<figcaption><h3>${label}</h3>${text}</figcaption>`;
  if (mime === "image/png" && pngWidth(bytes) >= WIDE) {
    // A link to the picture's own data would be refused by browsers.
    return `<figure class="card wide" id="picture-${index}">` +
      `<a href="#picture-${index}"><img src="${url}" alt="${label}"></a>` +
      `<a class="close" href="#media">Close</a>${words}</figure>`;
  }
  const shown = kind === "video"
    ? `<video src="${url}" aria-label="${label}" autoplay muted loop playsinline controls></video>`
    : `<img src="${url}" alt="${label}">`;
  return `<figure class="card">${shown}${words}</figure>`;
}

/** Pixels; a wider picture is a sheet with captions, in a row of its own. */
const WIDE = 480;

/** The width of a PNG picture in pixels, the first field of its first chunk. */
function pngWidth(bytes: Uint8Array): number {
  const { buffer, byteOffset, byteLength } = bytes;
  return byteLength < 20
    ? 0
    : new DataView(buffer, byteOffset, byteLength).getUint32(16);
}
