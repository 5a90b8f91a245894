import assert from "node:assert/strict";
import {
  bf16,
  publishedFields,
  writeSparse,
} from "../../ltx2/_published_file.ts";
import { runTask } from "../_task_process.ts";

async function analyze(
  ...args: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await runTask("analyze", ...args);
  return { code, stdout, stderr };
}

const TOTALS = {
  transformer: {
    tensors: 3510,
    parameters: 18_876_174_592,
    parametersPerBlock: 386_074_624,
    attentionModules: 288,
  },
  fp8: { attnNames: 4936, quantisedBlocks: 42 },
  vae: { encoder: 694_098_881, decoder: 528_380_720 },
  upscaler: { parameters: 497_867_904 },
};

Deno.test("analyze --json prints the totals of LTX-2 and nothing else", async () => {
  const { code, stdout, stderr } = await analyze("--json");
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  assert.deepEqual(JSON.parse(stdout), TOTALS);
});

Deno.test("analyze --file passes a file of full size and fails one that differs", async () => {
  const path = await Deno.makeTempFile({ suffix: ".safetensors" });
  try {
    const fields = publishedFields();
    await writeSparse(path, fields);
    const same = await analyze("--text", "--file", path);
    assert.equal(same.code, 0, same.stderr);
    assert.match(same.stdout, /6,111 tensors, 4,936 names with "attn"/);
    assert.match(same.stdout, /the file matches the configuration\n$/);

    fields.delete("vae.decoder.conv_out.conv.bias");
    fields.set("vae.decoder.\u001b[31mred", bf16(1));
    await writeSparse(path, fields);
    const other = await analyze("--text", "--file", path);
    assert.equal(other.code, 1, other.stderr);
    assert.match(other.stdout, /VAE decoder\s+89 of 90/);
    assert.match(
      other.stdout,
      / missing: 1\n +"vae.decoder.conv_out.conv.bias"/,
    );
    // A name from a file must not steer the terminal.
    assert.match(other.stdout, / extra: 1\n +"vae.decoder.\\u001b\[31mred"/);

    const { code, stdout } = await analyze("--json", "--file", path);
    assert.equal(code, 1);
    const { comparison, ...totals } = JSON.parse(stdout);
    assert.deepEqual(totals, TOTALS);
    assert.deepEqual(comparison.missing, ["vae.decoder.conv_out.conv.bias"]);
    assert.equal(comparison.matches, false);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("analyze refuses bad input in one line, with nothing printed before it", async () => {
  const cases: [args: string[], problem: string][] = [
    [
      ["--file", "none.safetensors"],
      'Cannot read "none.safetensors": the file must exist: there is none; ' +
      "check the path",
    ],
    [
      ["--file", "a", "--url", "https://example.org/b"],
      "Cannot use --url: must stand alone, without --file: current value is " +
      '"https://example.org/b"',
    ],
    [
      ["--url", "ftp://example.org/b"],
      'Cannot read "ftp://example.org/b": the address must begin with ' +
      "http:// or https://: it does not; check the address",
    ],
  ];
  for (const [args, problem] of cases) {
    assert.deepEqual(await analyze(...args), {
      code: 2,
      stdout: "",
      stderr: `error: ${problem}\n`,
    });
  }
});

Deno.test("analyze runs its notebook, keeps it, and fails with a file that differs", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/other.safetensors`;
    const fields = publishedFields();
    fields.delete("vae.decoder.conv_out.conv.bias");
    await writeSparse(path, fields);
    const { code, stdout, stderr } = await analyze(
      ...["--file", path, "--out", `${folder}/run`],
    );
    assert.equal(code, 1, stderr);
    assert.match(stdout, /^transformer +3510 +18,876,174,592 /m);
    assert.match(stdout, / missing: 1\n +"vae.decoder.conv_out.conv.bias"/);
    assert.match(stderr, /the file differs from the configuration/);
    assert.ok(
      (await Deno.stat(`${folder}/run/notebook/01_ltx2_analysis.ipynb`)).isFile,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
