import assert from "node:assert/strict";
import { runTask } from "../_task_process.ts";

Deno.test("deno task export writes nine files and says which", async () => {
  await Deno.mkdir("runs", { recursive: true });
  const out = await Deno.makeTempDir({ dir: "runs" });
  try {
    const { code, stderr } = await runTask(
      "export",
      "--preset",
      "tiny",
      "--out",
      out,
      "--clip",
      "4x16x16",
    );
    assert.equal(code, 0, stderr);
    const names = [
      "backbone.onnx",
      "backbone.safetensors",
      "text_encoder.onnx",
      "text_encoder.safetensors",
      "tokenizer.json",
      "tokenizer.py",
      "vae.safetensors",
      "vae_decoder.onnx",
      "vae_encoder.onnx",
    ];
    const found = [...Deno.readDirSync(out)].map(({ name }) => name).sort();
    assert.deepEqual(found, names);
    for (const name of names) assert.match(stderr, new RegExp(name));
    assert.match(stderr, /^untrained tiny, for clips of 4x16x16 /);
    assert.match(stderr, /tokenizer\.py: [\d.]+ kB$/m);
    assert.match(stderr, new RegExp(`exported models: ${out}\n$`));
    const again = await runTask("export", "--preset", "tiny", "--out", out);
    assert.equal(again.code, 2);
    assert.match(again.stderr, /vae\.safetensors": it must not exist yet/);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});

Deno.test("deno task export refuses what it cannot export, in one line", async () => {
  const cases: [args: string[], problem: string][] = [
    [
      ["--preset", "tiny", "--checkpoint", "runs"],
      "Cannot export: there must be --checkpoint or --preset: there are " +
      "both; leave one out",
    ],
    [
      ["--preset", "tiny", "--clip", "3x16x16"],
      "Cannot encode a clip: frames must be a multiple of 4: current value " +
      "is 3; the nearest legal value is 4",
    ],
    [
      ["--preset", "tiny", "--clip", "16"],
      "Cannot use --clip: must be frames x height x width, such as 16x64x64: " +
      'current value is "16"',
    ],
  ];
  for (const [args, problem] of cases) {
    assert.deepEqual(
      await runTask("export", ...args, "--out", "runs/never_made"),
      { code: 2, signal: null, stdout: "", stderr: `error: ${problem}\n` },
    );
  }
  await assert.rejects(
    () => Deno.stat("runs/never_made"),
    Deno.errors.NotFound,
  );
});
