import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { jit, openDevice } from "lib/compiler/mod.ts";
import { CachedModel } from "lib/compiler/session/model_cache.ts";
import { float32, type NdArray } from "lib/core/mod.ts";
import "../_runtime.ts";

/** Many small operations: a large graph that is soon made and run. */
const LAYERS = 1500;

const manyLayers = ({ x }: { x: tf.Tensor }): { y: tf.Tensor } => {
  let y = x;
  for (let i = 0; i < LAYERS; i++) {
    y = i % 2 ? tf.mul(tf.add(y, x), 0.5) : tf.tanh(tf.mul(y, 1 + 1 / (i + 1)));
  }
  return { y };
};

/** Runs the large graph on a device of its own. */
async function run(cache: string): Promise<number[]> {
  using device = await openDevice("cpu", { threads: 1, cache });
  using compiled = jit(manyLayers, { device, name: "layers" });
  const { y } = await compiled.run({ x: float32([2], [0.5, -1]) } as never) as {
    y: NdArray;
  };
  return [...y.data];
}

function filesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

Deno.test("openDevice() with a cache keeps the optimised graph, with the same results", async () => {
  const folder = await Deno.makeTempDir();
  const cache = `${folder}/graphs`;
  const first = await run(cache);
  const files = filesIn(cache);
  assert.equal(files.length, 1);
  assert.match(files[0]!, /^[0-9a-f]{64}\.onnx$/);
  const before = Deno.readFileSync(`${cache}/${files[0]}`);
  assert.deepEqual(await run(cache), first);
  assert.deepEqual(filesIn(cache), files);
  assert.deepEqual(Deno.readFileSync(`${cache}/${files[0]}`), before);
  assert.ok(Math.abs(first[0]! - 0.5) < 0.5 && first[0] !== first[1]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("openDevice() with a cache makes a damaged graph anew", async () => {
  const folder = await Deno.makeTempDir();
  const first = await run(folder);
  const [file] = filesIn(folder);
  Deno.writeTextFileSync(`${folder}/${file}`, "damaged");
  assert.deepEqual(await run(folder), first);
  assert.ok(Deno.statSync(`${folder}/${file}`).size > 10_000);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("openDevice() without a cache, or with one for small graphs, keeps nothing", async () => {
  const folder = await Deno.makeTempDir();
  using device = await openDevice("cpu", { cache: folder });
  using compiled = jit(({ x }: { x: tf.Tensor }) => ({ y: tf.neg(x) }), {
    device,
    name: "small",
  });
  await compiled.run({ x: float32([1], [1]) } as never);
  assert.deepEqual(filesIn(folder), []);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("CachedModel tells models, machines and settings apart, and lets go of the oldest", async () => {
  const folder = await Deno.makeTempDir();
  const model = (seed: number): Uint8Array<ArrayBuffer> =>
    new Uint8Array(200_000).fill(seed);
  const at = (
    seed: number,
    machine = "a",
    settings: unknown = {},
  ): CachedModel => CachedModel.of(model(seed), { folder, machine }, settings)!;
  at(1).write((path) => Deno.writeFileSync(path, new Uint8Array([1])));
  assert.deepEqual(at(1).read(), new Uint8Array([1]));
  assert.equal(at(2).read(), undefined);
  assert.equal(at(1, "b").read(), undefined);
  assert.equal(at(1, "a", { threads: 2 }).read(), undefined);
  for (let seed = 2; seed <= 60; seed++) {
    at(seed).write((path) => Deno.writeFileSync(path, new Uint8Array([seed])));
  }
  assert.equal(filesIn(folder).length, 48);
  assert.deepEqual(at(60).read(), new Uint8Array([60]));
  await Deno.remove(folder, { recursive: true });
});

Deno.test("CachedModel leaves nothing behind when writing fails", async () => {
  const folder = await Deno.makeTempDir();
  const cached = CachedModel.of(
    new Uint8Array(200_000),
    { folder, machine: "a" },
    {},
  )!;
  assert.throws(
    () =>
      cached.write(() => {
        throw new RangeError("full");
      }),
    { name: "RangeError", message: "full" },
  );
  assert.deepEqual(filesIn(folder), []);
  await Deno.remove(folder, { recursive: true });
});
