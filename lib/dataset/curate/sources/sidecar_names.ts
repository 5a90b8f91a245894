import { extname } from "node:path";
import { isHidden, isPictureName, isVideoName } from "./video_names.ts";

/** Name endings of files that hold captions, in the order in which they are read. */
const ENDINGS = [".txt", ".caption", ".json", ".vtt", ".srt"] as const;

/** Ending of the name of a file with captions. */
export type SidecarEnding = typeof ENDINGS[number];

/** A file with the captions of the file beside it. */
export interface Sidecar {
  readonly name: string;
  readonly ending: SidecarEnding;
  /** Stated by the name: `de` of `clip.de.srt`. */
  readonly language?: string;
}

/**
 * Pairs the files of a folder with the files that hold their captions:
 * `clip.mp4` with `clip.txt`, `clip.mp4.txt` and `clip.de.srt`. Endings may have
 * any letter case, and names any Unicode normalisation; names that differ only
 * by letter case are paired where there is no better partner.
 *
 * @param names Of all files of the folder.
 * @returns The sidecars of each name, and those without a video.
 */
export function pairSidecars(
  names: readonly string[],
): { byVideo: Map<string, Sidecar[]>; alone: string[] } {
  const others = names.filter((name) =>
    !isHidden(name) && endingOf(name) === undefined
  );
  const owners = new Map<string, string[]>();
  const enter = (key: string, name: string): void => {
    const known = owners.get(key) ?? [];
    if (!known.includes(name)) owners.set(key, [...known, name]);
  };
  for (const name of others) {
    for (const part of [name, stemOf(name)]) {
      enter(part.normalize(), name);
      enter(anyCase(part), name);
    }
  }
  const byVideo = new Map<string, Sidecar[]>();
  const alone: string[] = [];
  const sidecars = names.filter((name) => !isHidden(name)).flatMap((name) => {
    const ending = endingOf(name);
    return ending === undefined ? [] : [{ name, ending }];
  }).sort((a, b) =>
    ENDINGS.indexOf(a.ending) - ENDINGS.indexOf(b.ending) ||
    (a.name < b.name ? -1 : 1)
  );
  for (const { name, ending } of sidecars) {
    const base = name.slice(0, -ending.length).normalize();
    const candidates: [key: string, language?: string][] = [
      [base],
      [anyCase(base)],
    ];
    const language = extname(base).slice(1);
    if (isLanguage(language) && !isVideoName(base)) {
      const stem = stemOf(base);
      candidates.push([stem, language], [anyCase(stem), language]);
    }
    const found = candidates.find(([key]) => owners.has(key));
    const owned = found === undefined ? [] : owners.get(found[0])!;
    const sidecar = {
      name,
      ending,
      ...(found?.[1] !== undefined && { language: found[1] }),
    };
    for (const owner of owned) {
      byVideo.set(owner, [...byVideo.get(owner) ?? [], sidecar]);
    }
    if (!owned.some((owner) => isVideoName(owner) || isPictureName(owner))) {
      alone.push(name);
    }
  }
  return { byVideo, alone };
}

const LANGUAGES = new Intl.DisplayNames("en", {
  type: "language",
  fallback: "none",
});

/** Whether a text is a BCP 47 tag of a language that Unicode CLDR names. */
function isLanguage(tag: string): boolean {
  return /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(tag) &&
    LANGUAGES.of(tag) !== undefined;
}

function endingOf(name: string): SidecarEnding | undefined {
  return ENDINGS.find((ending) => ending === extname(name).toLowerCase());
}

function stemOf(name: string): string {
  return name.slice(0, name.length - extname(name).length);
}

/** A key that no name equals: names hold no slash. */
function anyCase(name: string): string {
  return `/${name.normalize().toLowerCase()}`;
}
