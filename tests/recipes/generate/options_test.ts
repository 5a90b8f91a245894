import assert from "node:assert/strict";
import { helpText } from "lib/recipes/command_line/mod.ts";
import { generateFlags } from "lib/recipes/generate/options.ts";

Deno.test("generate --help tells which numbers of frames are taken", () => {
  const help = helpText("deno task generate", "Makes videos.", generateFlags)
    .replaceAll(/\s+/g, " ");
  assert.match(help, /--frames .*a multiple of those of a latent frame, 4 in/);
});
