import { escapeHtml } from "../../core/mod.ts";

/** A clip or a picture to show. */
export interface Medium {
  readonly title: string;
  readonly kind: "video" | "image";
  /** Such as "video/mp4" or "image/png". */
  readonly mime: string;
  /** The encoded file. */
  readonly bytes: Uint8Array;
  readonly caption: string;
}

/**
 * Figures with the media inside, as data: URLs; nothing if there are none.
 *
 * @throws {TypeError} if a mime type does not fit the kind
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
      `Cannot show "${title}": its mime type must be ${kind}/...: ` +
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
