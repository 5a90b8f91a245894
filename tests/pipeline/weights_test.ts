import assert from "node:assert/strict";
import { float32, InputError } from "lib/core/mod.ts";
import { loadWeights, saveWeights } from "lib/pipeline/mod.ts";
import { replaceText } from "../formats/_replace_text.ts";

const tensors = { w: float32([2], [1, 2]) };
const facts = { kind: "Line", config: { width: 2 }, stage: "vae", step: 3 };

async function saved(): Promise<string> {
  const path = `${await Deno.makeTempDir()}/line.safetensors`;
  await saveWeights(path, tensors, facts);
  return path;
}

Deno.test("weights come back with their digest and where they come from", async () => {
  const path = await saved();
  const loaded = await loadWeights(path, { ...facts, form: tensors });
  assert.deepEqual(loaded.tensors, tensors);
  assert.deepEqual(loaded.facts, facts);
  assert.match(loaded.digest, /^[0-9a-f]{64}$/);
});

Deno.test("weights of another kind, configuration or form, and damaged ones, are refused", async () => {
  const path = await saved();
  const good = { ...facts, form: tensors };
  const failing = (given: typeof good, message: RegExp): Promise<void> =>
    assert.rejects(() => loadWeights(path, given), (error) => {
      assert.ok(error instanceof InputError, String(error));
      assert.match(error.message, message);
      return true;
    });
  await failing(
    { ...good, kind: "Curve" },
    /it must hold weights of a Curve: it holds Line; pass another file$/,
  );
  await failing(
    { ...good, config: { width: 3 } },
    /width of the model must be that of the weights, 2: current value is 3; choose the preset/,
  );
  await failing(
    { ...good, form: { w: float32([3], [0, 0, 0]) } },
    /tensor "w" must be float32\[3\]: it is float32\[2\]/,
  );
  const bytes = await Deno.readFile(path);
  bytes[bytes.length - 1]! ^= 1;
  await Deno.writeFile(path, bytes);
  await failing(good, /^Checksum mismatch: ".*" is corrupt/);
});

Deno.test("weights with NaN or infinity are refused, naming the tensor", async () => {
  const path = `${await Deno.makeTempDir()}/line.safetensors`;
  for (const value of [NaN, Infinity]) {
    await saveWeights(path, { w: float32([2], [1, value]) }, facts);
    await assert.rejects(() => loadWeights(path, { ...facts, form: tensors }), {
      name: "NotFiniteError",
      message: `Cannot use "${path}": all values of tensor "w" must be ` +
        `finite: value 1 is ${value}; use weights of a training that did ` +
        "not diverge",
    });
  }
});

Deno.test("weights whose facts were changed or damaged are refused", async () => {
  const step = 'step\\":3';
  const refuses = async (
    changes: [from: string, to: string][],
    message: RegExp,
  ): Promise<void> => {
    const path = await saved();
    for (const [from, to] of changes) await replaceText(path, from, to);
    await assert.rejects(() => loadWeights(path, { ...facts, form: tensors }), {
      name: "InputError",
      message,
    });
  };
  await refuses([[step, 'step\\":4']], /^Checksum mismatch: /);
  // As in files of earlier versions, which have no seal.
  const unsealed: [string, string] = ['"seal"', '"sea1"'];
  await refuses([unsealed, [step, 'step\\":x']], /facts: it must be JSON/);
  await refuses([unsealed, [step, 'stop\\":3']], /facts: step: Invalid input/);
  const path = await saved();
  await replaceText(path, ...unsealed);
  await loadWeights(path, { ...facts, form: tensors });
});
