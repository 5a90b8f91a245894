import {
  type FoundCaptions,
  oneLine,
  shown,
  type TimedCaption,
} from "./timed_caption.ts";

const TIME = String.raw`((?:\d+:)?\d{1,2}:\d{1,2}(?:[.,]\d{1,3})?)`;
const TIMING = new RegExp(String.raw`^\s*${TIME}\s*-->\s*${TIME}(?:\s|$)`);

/** Entities of WebVTT (https://www.w3.org/TR/webvtt1/#webvtt-cue-text-span). */
const ENTITIES: Readonly<Record<string, string>> = {
  "&lt;": "<",
  "&gt;": ">",
  "&nbsp;": " ",
  "&lrm;": "",
  "&rlm;": "",
  "&amp;": "&",
};

/**
 * The cues of a WebVTT or SubRip file as timed captions. Tags such as `<i>` and
 * `{\an8}` are left out, and the lines of a cue joined.
 *
 * @param language If the file does not state one.
 */
export function captionsOfCues(
  text: string,
  name: string,
  language = "und",
): FoundCaptions {
  const captions: TimedCaption[] = [];
  const notes: string[] = [];
  // Blocks are separated by blank lines; notes and styles have no timing.
  for (const block of text.split(/(?:\r\n|\n|\r)[ \t]*(?:\r\n|\n|\r)/)) {
    const lines = block.split(/\r\n|\n|\r/);
    const at = lines.findIndex((line) => line.includes("-->"));
    if (at === -1) {
      const stated = /^WEBVTT[^]*^Language:\s*(\S+)/m.exec(block)?.[1];
      if (stated !== undefined) language = stated;
      continue;
    }
    const [, start, end] = TIMING.exec(lines[at]!) ?? [];
    const words = oneLine(plainText(lines.slice(at + 1).join(" ")));
    if (start === undefined || end === undefined) {
      notes.push(
        `"${name}": leaves out ${shown(words)}: its times must be as ` +
          `00:00:01.000 --> 00:00:02.500: they are ${shown(lines[at])}`,
      );
    } else if (words !== "") {
      const [from, to] = [secondsOf(start), secondsOf(end)];
      captions.push({ text: words, language, start: from, end: to });
    }
  }
  return { captions, notes };
}

function plainText(text: string): string {
  return text.replace(/<[^>]*>|\{\\[^}]*\}/g, "")
    .replace(/&(?:lt|gt|nbsp|lrm|rlm|amp);/g, (entity) => ENTITIES[entity]!);
}

/** `01:02:03,500` -> 3723.5 */
function secondsOf(time: string): number {
  return time.replace(",", ".").split(":")
    .reduce((sum, part) => sum * 60 + Number(part), 0);
}
