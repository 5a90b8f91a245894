import { caption, namePhrase } from "../../dataset/captions/mod.ts";
import { sceneSpec } from "../../dataset/synthetic/mod.ts";
import type { Phase } from "../../dataset/vocabulary/mod.ts";
import { type TermCategory, VIDEO_TERMS } from "../../models/text/mod.ts";
import { log, print, runProgram } from "../command_line/mod.ts";
import { captionsFlags, type CaptionsOptions } from "./options.ts";

/** `deno task captions`: the caption of a synthetic clip in each language. */
async function captions(options: CaptionsOptions): Promise<number> {
  const lines = options.terms === undefined
    ? await captionLines(options)
    : termLines(options.terms, options.languages);
  print(lines.join("\n"));
  return 0;
}

async function captionLines(
  { phase, index, seed, split, languages, style }: CaptionsOptions,
): Promise<string[]> {
  const { labels } = sceneSpec({ seed, phase: phase as Phase, split, index });
  log(JSON.stringify(labels));
  const describe = style === "sentence" ? caption : namePhrase;
  return await Promise.all(
    languages.map(async (language) =>
      `${language.padEnd(8)}  ${await describe(labels, language)}`
    ),
  );
}

/** The terms of a category with their aliases in the languages. */
function termLines(
  category: TermCategory,
  languages: readonly string[],
): string[] {
  return VIDEO_TERMS.filter((term) => term.category === category).map(
    ({ name, aliases }) => {
      const others = languages.flatMap((language) =>
        (aliases[language] ?? []).map((alias) => `${language}: ${alias}`)
      );
      return [name, ...others].join("  ");
    },
  );
}

if (import.meta.main) {
  await runProgram({
    usage: "deno task captions",
    purpose: "Prints the caption of a synthetic clip in each language.",
    flags: captionsFlags,
    run: captions,
  });
}
