import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { openDevice } from "lib/compiler/mod.ts";
import { isNdArray, mapTree, Rng } from "lib/core/mod.ts";
import { freshModels } from "lib/recipes/export/export.ts";
import { PRESETS } from "lib/recipes/presets.ts";
import { writeChecksums } from "lib/recipes/release/checksums.ts";
import { PLACES } from "lib/recipes/release/layout.ts";
import { writeModels } from "lib/recipes/release/write_models.ts";

// The runtime's library stays for the life of the process: opened before the
// tests, whose resources are counted.
const device = await openDevice("cpu");

/** Runs Python by Deno's own shell, as tests may start Deno alone. */
async function python(
  ...args: readonly string[]
): Promise<{ code: number; text: string }> {
  const line = ["python3", ...args].map((word) => `'${word}'`).join(" ");
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "--eval", line],
  }).output();
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

const hasTorch =
  (await python("-c", "import torch, safetensors, numpy")).code === 0;

/** Models whose every layer does something: fresh ones end in zeros. */
function randomModels() {
  const { tiny, mini, nano } = PRESETS;
  const small = {
    vae: { ...mini.vae, widths: [8, 16], latentChannels: 8, heads: 2 },
    text: tiny.text,
    backbone: {
      ...mini.backbone,
      ...{ width: 48, heads: 2, attentionLayers: 1, cnnLayers: 1 },
      ...{ cnnWidth: 16, cells: { width: 16, layers: 1, cnnWidth: 8 } },
      pooledContextTokens: nano.backbone.pooledContextTokens,
    },
  };
  const models = freshModels(small, 1);
  const disturb = <T>(tree: T): T =>
    mapTree(tree, isNdArray, (array, path) => {
      const noise = new Rng(1).fork(path).normals(array.shape).data;
      const data = array.data.map((value, i) => value + 0.05 * noise[i]!);
      return { ...array, data };
    }) as T;
  return {
    ...models,
    vae: disturb(models.vae),
    diffusion: disturb(models.diffusion),
  };
}

async function withRelease(
  test: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await writeModels(folder, {
      models: randomModels(),
      source: { trained: false },
      version: "1.2.3",
      shape: { frames: 8, height: 32, width: 48, fps: 8 },
      prompts: ["a red circle moves right", "ein blaues Quadrat"],
      device,
    });
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a release has the folders of diffusers, and its checksums are right", () =>
  withRelease(async (folder) => {
    const index = JSON.parse(
      await Deno.readTextFile(`${folder}/model_index.json`),
    );
    for (const [part, value] of Object.entries(index)) {
      if (!Array.isArray(value)) continue;
      assert.ok((await Deno.stat(`${folder}/${part}`)).isDirectory, part);
    }
    for (const place of Object.values(PLACES)) {
      assert.ok((await Deno.stat(`${folder}/${place}`)).isFile, place);
    }
    await writeChecksums(folder);
    const lines = (await Deno.readTextFile(`${folder}/SHA256SUMS`)).trim()
      .split("\n");
    assert.ok(lines.length > 15);
    const [digest, path] = lines.find((line) => line.endsWith("/config.json"))!
      .split("  ");
    const bytes = await Deno.readFile(`${folder}/${path}`);
    assert.equal(createHash("sha256").update(bytes).digest("hex"), digest);
  }));

Deno.test({
  name: "the twin in PyTorch draws the same clips to 1e-3",
  ignore: !hasTorch,
  fn: () =>
    withRelease(async (folder) => {
      const { code, text } = await python(`${folder}/twin.py`, "check");
      assert.equal(code, 0, text);
      assert.match(text, /^2 clips, largest difference \S+: passed/);
    }),
});
