import assert from "node:assert/strict";
import { float32, InputError, int32, scalar } from "lib/core/mod.ts";
import { digestOf, writeSafetensors } from "lib/formats/safetensors/mod.ts";
import { replaceText } from "../../formats/_replace_text.ts";
import {
  type Checkpoint,
  loadCheckpoint,
  saveCheckpoint,
} from "lib/trainer/mod.ts";

const state = {
  parameters: {
    layers: { block10: { weight: float32([2, 2], [1, 2, 3, 4]) } },
    alpha: scalar(0.1),
  },
  moments: { first: float32([0], []), count: int32([1], [7]) },
};
const checkpoint: Checkpoint<typeof state> = {
  step: 12,
  state,
  metricsBytes: 345,
  seconds: 6.75,
};
const config = {
  plan: { seed: 1, vae: { widths: [8, 16], beta: 1e-4 } },
  caption: "a red cat",
};

/** A saved checkpoint in a folder of its own. */
async function saved(): Promise<AsyncDisposable & { path: string }> {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/vae.safetensors`;
  await saveCheckpoint(path, checkpoint, config);
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

/** How loading fails. */
async function failureOf(path: string, given: unknown): Promise<InputError> {
  let failure: unknown;
  await assert.rejects(() => loadCheckpoint(path, given), (error) => {
    failure = error;
    return true;
  });
  assert.ok(failure instanceof InputError, String(failure));
  assert.equal(failure.exitCode, 2);
  return failure;
}

Deno.test("a checkpoint round-trips, order included", async () => {
  await using file = await saved();
  const loaded = await loadCheckpoint<typeof state>(file.path, config);
  assert.deepEqual(loaded, checkpoint);
  assert.deepEqual(Object.keys(loaded!.state.parameters), ["layers", "alpha"]);
});

Deno.test("loadCheckpoint() returns undefined without a file", async () => {
  await using file = await saved();
  assert.equal(await loadCheckpoint(`${file.path}.no`, config), undefined);
});

Deno.test("a changed configuration is refused, naming the first field", async () => {
  await using file = await saved();
  const { plan, caption } = config;
  const cases: [
    given: unknown,
    field: string,
    before: string,
    after: string,
  ][] = [
    [{ plan, caption: "a dog" }, "caption", '"a red cat"', '"a dog"'],
    [{ plan: { ...plan, seed: 2 }, caption }, "plan.seed", "1", "2"],
    [
      { plan: { ...plan, vae: { widths: [8, 32], beta: 1e-4 } }, caption },
      "plan.vae.widths",
      "[8,16]",
      "[8,32]",
    ],
    [
      { plan: { ...plan, vae: { widths: [8, 16] } }, caption },
      "plan.vae.beta",
      "0.0001",
      "absent",
    ],
    [{ plan, caption, fps: 8 }, "fps", "absent", "8"],
    [7, "the configuration", JSON.stringify(config), "7"],
  ];
  for (const [given, field, before, after] of cases) {
    const { message } = await failureOf(file.path, given);
    assert.equal(
      message,
      `Cannot resume from "${file.path}": ${field} must be what the run was ` +
        `started with, ${before}: current value is ${after}; restore it or ` +
        `choose another run folder`,
    );
  }
});

Deno.test("a configuration is compared as it is saved: undefined is absent", async () => {
  await using file = await saved();
  const same = { fps: undefined, ...config };
  assert.equal((await loadCheckpoint(file.path, same))?.step, 12);
});

Deno.test("a truncated checkpoint is refused, at any length", async () => {
  await using file = await saved();
  const bytes = await Deno.readFile(file.path);
  for (const length of [0, 4, 8, 60, bytes.length - 1]) {
    await Deno.writeFile(file.path, bytes.subarray(0, length));
    const { message } = await failureOf(file.path, config);
    assert.ok(message.startsWith(`Cannot read "${file.path}"`), message);
  }
});

Deno.test("other safetensors files and other schemas are refused", async () => {
  await using file = await saved();
  const cases: [Record<string, string>, string][] = [
    [{}, "none"],
    [{ schema: "1", config: "{}", progress: "{}" }, "1"],
    [{ schema: "2" }, "2"],
  ];
  for (const [metadata, found] of cases) {
    await writeSafetensors(file.path, [["a", scalar(1)]], metadata);
    const { message } = await failureOf(file.path, config);
    assert.equal(
      message,
      `Cannot resume from "${file.path}": it must be a training checkpoint of ` +
        `schema 2: it is schema ${found}; choose another run folder`,
    );
  }
});

Deno.test("saveCheckpoint() replaces the file atomically and leaves no other", async () => {
  await using file = await saved();
  await saveCheckpoint(file.path, { ...checkpoint, step: 13 }, config);
  assert.equal((await loadCheckpoint(file.path, config))?.step, 13);
  const folder = file.path.slice(0, file.path.lastIndexOf("/"));
  const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  assert.deepEqual(names, ["vae.safetensors"]);
});

Deno.test("second moments of an old Muon run that the form lacks are left out", async () => {
  await using file = await saved();
  const weight = float32([2], [1, 2]);
  const old = { moments: { first: { weight }, second: { weight } } };
  await saveCheckpoint(file.path, { ...checkpoint, state: old }, config);
  const form = { moments: { first: { weight }, second: {} } };
  const loaded = await loadCheckpoint<unknown>(file.path, config, form);
  assert.deepEqual(loaded!.state, form);
  await assert.rejects(
    () => loadCheckpoint<unknown>(file.path, config, { moments: {} }),
    {
      name: "InputError",
      message: /tensor "moments\/first\/weight" must be left out/,
    },
  );
});

Deno.test("a checkpoint with a changed value is refused as corrupt", async () => {
  await using file = await saved();
  const bytes = await Deno.readFile(file.path);
  bytes[bytes.length - 1]! ^= 1;
  await Deno.writeFile(file.path, bytes);
  const { message } = await failureOf(file.path, config);
  assert.equal(
    message,
    `Checksum mismatch: "${file.path}" is corrupt; remove the file to resume ` +
      "from the checkpoint before it",
  );
});

Deno.test("a checkpoint whose progress or configuration was changed is corrupt", async () => {
  for (const [from, to] of [['step\\":12', 'step\\":13'], ["red", "rod"]]) {
    await using file = await saved();
    await replaceText(file.path, from!, to!);
    const { message } = await failureOf(file.path, config);
    assert.equal(
      message,
      `Checksum mismatch: "${file.path}" is corrupt; remove the file to ` +
        "resume from the checkpoint before it",
    );
  }
});

Deno.test("a checkpoint of an earlier version, without a seal, is read field by field", async () => {
  await using file = await saved();
  const old = (progress: string): Promise<void> =>
    writeSafetensors(file.path, [["a", scalar(1)]], {
      schema: "2",
      config: JSON.stringify(config),
      progress,
      digest: digestOf([["a", scalar(1)]]),
    });
  await old('{"step":12,"metricsBytes":3,"seconds":1}');
  assert.equal((await loadCheckpoint(file.path, config))?.step, 12);
  for (
    const [progress, problem] of [["{", "it must be JSON"], ["{}", "step: "]]
  ) {
    await old(progress!);
    const { message } = await failureOf(file.path, config);
    assert.ok(
      message.startsWith(`Cannot read "${file.path}", progress: ${problem}`),
      message,
    );
  }
});

Deno.test("a checkpoint with NaN is refused, naming the tensor", async () => {
  await using file = await saved();
  const state = { parameters: { w: float32([2], [1, NaN]) } };
  await saveCheckpoint(file.path, { ...checkpoint, state }, config);
  const { name, message } = await failureOf(file.path, config);
  assert.equal(name, "NotFiniteError");
  assert.match(
    message,
    /all values of tensor "parameters\/w" must be finite: value 1 is NaN;/,
  );
});
