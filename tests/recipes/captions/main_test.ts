import assert from "node:assert/strict";
import { LANGUAGES } from "lib/dataset/captions/mod.ts";

/** Runs the command in a process of its own. */
async function run(...args: string[]): Promise<Deno.CommandOutput> {
  return await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--allow-env",
      "--allow-ffi",
      "--allow-sys=homedir,cpus",
      "--allow-read",
      "lib/recipes/captions/main.ts",
      ...args,
    ],
  }).output();
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

Deno.test("captions prints one line in each language", async () => {
  const { code, stdout } = await run(
    "--phase",
    "1",
    "--index",
    "7",
    "--languages",
    "all",
  );
  assert.equal(code, 0);
  const lines = text(stdout).trimEnd().split("\n");
  assert.deepEqual(lines.map((line) => line.split(" ")[0]), LANGUAGES);
  assert.ok(lines.every((line) => line.slice(10).trim().length > 0));
});

Deno.test("captions rejects a language that CLDR does not cover", async () => {
  const { code, stderr } = await run("--languages", "en,tlh");
  assert.equal(code, 2);
  assert.match(
    text(stderr),
    /^error: Cannot use --languages: must be "all", or some of af,ak,.*: current value is "en,tlh"\n$/,
  );
});

Deno.test("captions prints the video terms of a category with their aliases", async () => {
  const { code, stdout } = await run(
    "--terms",
    "effects",
    "--languages",
    "de,ja",
  );
  assert.equal(code, 0);
  const lines = text(stdout).trimEnd().split("\n");
  assert.equal(lines.length, 100);
  assert.equal(lines[0], "slow motion  de: Zeitlupe  ja: スローモーション");
});
