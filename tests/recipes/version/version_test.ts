import assert from "node:assert/strict";
import { FORMATS } from "lib/recipes/version/formats.ts";
import { saveWeights } from "lib/pipeline/mod.ts";
import { readVae } from "lib/pipeline/mod.ts";
import {
  readSafetensors,
  sealed,
  writeSafetensors,
} from "lib/formats/safetensors/mod.ts";
import { float32 } from "lib/core/mod.ts";
import { runTask } from "../_task_process.ts";

const { version } = JSON.parse(await Deno.readTextFile("deno.json"));

Deno.test("deno task version prints the version of deno.json and of each format", async () => {
  const { code, stdout } = await runTask("version");
  assert.equal(code, 0);
  assert.match(stdout, new RegExp(`^aiprod ${version}\n`));
  for (const { version } of FORMATS) assert.ok(stdout.includes(version));

  const json = JSON.parse((await runTask("version", "--json")).stdout);
  assert.equal(json.aiprod, version);
  assert.deepEqual(json.formats, FORMATS);
});

Deno.test("the first heading of the changelog is the version, and CITATION.cff has it", async () => {
  const changelog = await Deno.readTextFile("CHANGELOG.md");
  assert.equal(/^## ([\d.]+)/m.exec(changelog)?.[1], version);
  const citation = await Deno.readTextFile("CITATION.cff");
  assert.match(citation, new RegExp(`^version: ${version}$`, "m"));
});

Deno.test("each format names a version that a number ends", () => {
  for (const { files, version } of FORMATS) {
    assert.match(version, /\d/, files);
  }
  assert.equal(new Set(FORMATS.map(({ files }) => files)).size, FORMATS.length);
});

Deno.test("weights of a later format are refused with its name", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/vae.safetensors`;
    await saveWeights(path, { w: float32([1], [1]) }, {
      ...{ kind: "VideoVAE", config: {}, stage: "vae", step: 1 },
    });
    const { metadata, tensors } = await readSafetensors(path);
    assert.equal(metadata.schema, "weights 1");
    const { seal: _, digest: __, ...others } = metadata;
    await writeSafetensors(path, [...tensors], {
      ...sealed([...tensors], { ...others, schema: "weights 2" }),
    });
    await assert.rejects(() => readVae(path), {
      name: "InputError",
      message:
        `Cannot use "${path}": its format must be "weights 1": it is "weights 2"; ` +
        "use the version that wrote it",
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
