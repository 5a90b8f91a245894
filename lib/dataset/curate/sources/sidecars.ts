import { basename, dirname, join } from "node:path";
import { messageOf } from "lib/core/mod.ts";
import { parseJson, readText } from "lib/formats/text/mod.ts";
import { captionsOfCues } from "./_cues.ts";
import { captionsOfJson } from "./_json_captions.ts";
import { pairSidecars, type Sidecar } from "./sidecar_names.ts";
import {
  checkedCaptions,
  type FoundCaptions,
  LINE_ENDS,
  oneLine,
} from "./timed_caption.ts";

/**
 * Reads the captions beside videos: `clip.txt` or `clip.caption`, one in each
 * line, `clip.json`, and `clip.vtt` or `clip.srt`, of which each cue is one. Each
 * folder is listed once.
 */
export class Sidecars {
  readonly #folders = new Map<string, Promise<Map<string, Sidecar[]>>>();

  /**
   * The captions beside a video. An unreadable sidecar is a note, not an error:
   * the video is still usable.
   *
   * @param video Path of the file.
   */
  async read(video: string): Promise<FoundCaptions> {
    const folder = dirname(video);
    const pairs = this.#folders.get(folder) ?? pairsIn(folder);
    this.#folders.set(folder, pairs);
    const captions = [];
    const notes = [];
    for (const sidecar of (await pairs).get(basename(video)) ?? []) {
      const found = await readSidecar(folder, sidecar);
      captions.push(...found.captions);
      notes.push(...found.notes);
    }
    return { captions, notes };
  }
}

async function pairsIn(folder: string): Promise<Map<string, Sidecar[]>> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) names.push(name);
  } catch {
    // A folder that may be entered but not listed has no sidecars.
  }
  return pairSidecars(names).byVideo;
}

async function readSidecar(
  folder: string,
  sidecar: Sidecar,
): Promise<FoundCaptions> {
  const { name } = sidecar;
  const path = join(folder, name);
  try {
    const found = captionsIn(await readText(path), sidecar);
    return found.captions.length + found.notes.length === 0
      ? { captions: [], notes: [`"${name}": holds no caption`] }
      : checkedCaptions(found, name);
  } catch (error) {
    const message = messageOf(error).replace(`"${path}"`, `"${name}"`);
    return { captions: [], notes: [message] };
  }
}

function captionsIn(
  text: string,
  { name, ending, language = "und" }: Sidecar,
): FoundCaptions {
  switch (ending) {
    case ".json":
      return captionsOfJson(parseJson(text, name), name, { language });
    case ".vtt":
    case ".srt":
      return captionsOfCues(text, name, language);
    default:
      return {
        captions: text.split(LINE_ENDS).map(oneLine)
          .flatMap((text) => text === "" ? [] : [{ text, language }]),
        notes: [],
      };
  }
}
