import assert from "node:assert/strict";
import { importI3d, importLpips } from "lib/recipes/weights/import_weights.ts";
import { weightsText } from "lib/recipes/weights/list_weights.ts";
import { WEIGHTS } from "lib/recipes/weights/catalogue.ts";

const SMALL = new URL("../../formats/pytorch/files/", import.meta.url).pathname;

Deno.test("weightsText() lists missing weights: source, conversion, and what works without", async () => {
  const folder = await Deno.makeTempDir();
  const text = await weightsText(folder);
  assert.match(text, /missing {2}i3d: FVD\n {9}get rgb_imagenet\.pt: /);
  assert.match(text, /then: deno task weights import i3d rgb_imagenet\.pt\n/);
  assert.match(text, /without it: metric fwd compares/);
  assert.match(text, /get squeezenet1_1-b8a52dc0\.pth: /);
  assert.equal(text.match(/^missing {2}lpips-/gm)?.length, 3);
  await Deno.remove(folder);
});

Deno.test("weightsText() tells a damaged file from one that is there", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/${WEIGHTS.i3d.file}`;
  await Deno.writeTextFile(path, "nothing of the kind");
  const text = await weightsText(folder);
  assert.match(text, /damaged {2}i3d: FVD\n {9}Cannot read /);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("importI3d() and importLpips() refuse other networks, and leave no file", async () => {
  const folder = `${await Deno.makeTempDir()}/weights`;
  const file = `${SMALL}today.pt`;
  const options = { folder, anyHash: false };
  await assert.rejects(importI3d({ ...options, files: [file] }), {
    name: "InputError",
    message:
      /as I3D: tensor "Conv3d_1a_7x7\.conv3d\.weight" must have shape \[64,3,7,7,7\]: it is missing/,
  });
  await assert.rejects(importI3d({ ...options, files: [] }), {
    name: "InputError",
    message:
      "Cannot import i3d: the command must name one file: current value is none; run deno task weights list",
  });
  await assert.rejects(importI3d({ ...options, files: [`${SMALL}evil.pt`] }), {
    name: "InputError",
    message: /it names "posix\.system", which would run code/,
  });
  await assert.rejects(importLpips({ ...options, files: [file, file] }), {
    name: "InputError",
    message:
      /Cannot import lpips: the command must name a trunk's file and its heads' file/,
  });
  assert.equal(await Deno.stat(folder).catch(() => undefined), undefined);
});
