import assert from "node:assert/strict";
import { float32, int32, type NdArray } from "lib/core/mod.ts";
import {
  type ForeignTensor,
  mappingSchema,
  mapTensors,
} from "lib/recipes/import_weights/mapping.ts";
import { runTask } from "../_task_process.ts";

const mapping = mappingSchema.parse({
  format: "aiprod-mapping-1",
  rules: [{
    from: "blocks\\.(\\d+)\\.(weight|bias)",
    to: "block{1:2}/{2}",
    axes: [1, 0],
  }],
  ignore: ["step"],
});
const form = new Map([["block00/weight", [2, 3]], ["block00/bias", [2]]]);

function tensors(
  arrays: Readonly<Record<string, NdArray>>,
): Map<string, ForeignTensor> {
  return new Map(
    Object.entries(arrays).map(([name, array]) => [
      name,
      { shape: array.shape, read: () => array },
    ]),
  );
}

const weight = float32([3, 2], [1, 2, 3, 4, 5, 6]);
const bias = float32([2], [7, 8]);

Deno.test("tensors are renamed, and turned where they have as many axes", () => {
  const mapped = mapTensors(
    tensors({
      "blocks.0.weight": weight,
      "blocks.0.bias": bias,
      "step": int32([], [4]),
    }),
    mapping,
    form,
    "a.pt",
  );
  assert.deepEqual([...mapped], [
    ["block00/weight", float32([2, 3], [1, 3, 5, 2, 4, 6])],
    ["block00/bias", bias],
  ]);
});

Deno.test("a tensor is refused by its name: no rule, not ours, twice, shape, missing, NaN", () => {
  const problems: [Record<string, NdArray>, RegExp][] = [
    [{ "head.weight": weight }, /none takes "head.weight" \[3,2\]; add a rule/],
    [
      { "blocks.1.bias": bias },
      /"blocks.1.bias" becomes "block01\/bias", which is none/,
    ],
    [
      { "blocks.0.bias": bias, "blocks.00.bias": bias },
      /"block00\/bias" comes of "blocks.0.bias" and "blocks.00.bias"/,
    ],
    [
      { "blocks.0.weight": float32([2, 3], weight.data) },
      /"blocks.0.weight" must have the shape of "block00\/weight", \[2,3\]: it is \[3,2\] after turning/,
    ],
    [
      { "blocks.0.weight": weight },
      /1 are missing, the first is "block00\/bias" \[2\]/,
    ],
    [
      { "blocks.0.weight": weight, "blocks.0.bias": float32([2], [1, NaN]) },
      /values must be finite: NaN is at 1 of "blocks.0.bias"/,
    ],
  ];
  for (const [arrays, message] of problems) {
    assert.throws(() => mapTensors(tensors(arrays), mapping, form, "a.pt"), {
      name: "InputError",
      message,
    });
  }
});

Deno.test("a mapping file is checked", () => {
  const rules = [{ from: "(", to: "a" }];
  assert.match(
    mappingSchema.safeParse({ format: "aiprod-mapping-1", rules }).error!
      .issues[0]!.message,
    /must be a regular expression/,
  );
});

Deno.test("deno task import-weights imports, and refuses another configuration, in one line", async () => {
  const folder = await Deno.makeTempDir();
  const source = "tests/models/ltx_vae/weights.safetensors";
  try {
    const out = `${folder}/ltx.safetensors`;
    const done = await runTask(
      ...[
        "import-weights",
        source,
        "--model",
        "ltx-vae",
        "--out",
        out,
      ] as const,
    );
    assert.equal(done.code, 0, done.stderr);
    assert.match(
      done.stderr,
      /74 tensors, 55,923 numbers, all names and shapes/,
    );

    const config = JSON.parse(
      await Deno.readTextFile("tests/models/ltx_vae/config.json"),
    );
    await Deno.writeTextFile(
      `${folder}/config.json`,
      JSON.stringify({ ...config, latent_channels: 7 }),
    );
    const other = await runTask(
      ...["import-weights", source, "--model", "ltx-vae"] as const,
      ...["--config", `${folder}/config.json`, "--out", `${folder}/b`],
    );
    assert.equal(other.code, 2);
    assert.match(
      other.stderr,
      /^error: Cannot import ".*": "decoder.conv_in.conv.weight" must have the shape of "parameters\/decoder\/input\/weight", \[3,3,3,7,8\]: it is \[3,3,3,6,8\] after turning; .*\n$/,
    );
    await assert.rejects(Deno.stat(`${folder}/b`));

    const unmapped = await runTask("import-weights", source, "--model", "vae");
    assert.equal(unmapped.code, 2);
    assert.match(unmapped.stderr, /--map must name a mapping file/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
