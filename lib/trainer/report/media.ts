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
  return `<h2>Media</h2>
<div class="media">
${media.map(figure).join("\n")}
</div>`;
}

function figure({ title, kind, mime, bytes, caption }: Medium): string {
  if (!new RegExp(`^${kind}/[\\w.+-]+$`).test(mime)) {
    throw new TypeError(
      `Cannot show "${title}": its MIME type must be ${kind}/...: ` +
        `current value is "${mime}"`,
    );
  }
  const url = `data:${mime};base64,${bytes.toBase64()}`;
  const label = escapeHtml(title);
  const shown = kind === "video"
    ? `<video src="${url}" aria-label="${label}" autoplay muted loop playsinline controls></video>`
    : `<img src="${url}" alt="${label}">`;
  const text = caption === "" ? "" : `<p>${escapeHtml(caption)}</p>`;
  return `<figure class="card">${shown}` +
    `<figcaption><h3>${label}</h3>${text}</figcaption></figure>`;
}
