import assert from "node:assert/strict";
import { releaseCard } from "lib/recipes/release/card.ts";

const facts = {
  name: "nano",
  version: "1.2.3",
  prompts: ["a cat"],
  metrics: [
    {
      name: 'phase 1, "VAE" PSNR',
      value: 30.12,
      margin: 0.5,
      better: "higher" as const,
      refusals: [],
    },
  ],
};

Deno.test("the card of a release begins with the header that model hubs read", () => {
  const card = releaseCard("# nano\n\nIt draws.\n", facts);
  const [, header = "", rest = ""] = /^---\n([^]*?)\n---\n\n([^]*)$/.exec(
    card,
  )!;
  assert.match(header, /^license: apache-2\.0$/m);
  assert.match(header, /^pipeline_tag: text-to-video$/m);
  assert.match(header, /^ {10}- name: "phase 1, \\"VAE\\" PSNR"$/m);
  assert.match(header, /^ {12}value: 30\.12$/m);
  assert.match(rest, /^# nano\n\nReleased with version 1\.2\.3/);
  assert.match(rest, /\| phase 1, "VAE" PSNR \| 30\.1 ± 0\.5 \| - \|/);
  assert.match(rest, /\nIt draws\.\n$/);
});

Deno.test("a card without a heading is refused", () => {
  assert.throws(() => releaseCard("It draws.", facts), {
    name: "InputError",
    message: "Cannot release: the model card must begin with a heading: " +
      'README.md begins with "It draws."',
  });
});
