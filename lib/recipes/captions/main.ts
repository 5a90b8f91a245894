import { caption, namePhrase } from "../../dataset/captions/mod.ts";
import { planTake } from "../../dataset/synthetic/mod.ts";
import type { Phase } from "../../dataset/vocabulary/mod.ts";
import { runProgram, say } from "../command_line/mod.ts";
import { captionsFlags, type CaptionsOptions } from "./options.ts";

/** `deno task captions`: what one synthetic clip is called in each language. */
async function captions(
  { phase, index, seed, split, languages, style }: CaptionsOptions,
): Promise<number> {
  const name = { seed, phase: phase as Phase, split, index };
  const { labels } = planTake(name);
  say(JSON.stringify(labels));
  const put = style === "sentence" ? caption : namePhrase;
  const lines = await Promise.all(
    languages.map(async (language) =>
      `${language.padEnd(8)}  ${await put(labels, language)}\n`
    ),
  );
  const bytes = new TextEncoder().encode(lines.join(""));
  for (let done = 0; done < bytes.length;) {
    done += await Deno.stdout.write(bytes.subarray(done));
  }
  return 0;
}

if (import.meta.main) {
  await runProgram({
    usage: "deno task captions",
    purpose: "Says what a synthetic clip shows, in every language.",
    flags: captionsFlags,
    run: captions,
  });
}
