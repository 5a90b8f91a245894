import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import {
  type Device,
  jit,
  NotEnoughMemoryError,
  openDevice,
} from "lib/compiler/mod.ts";
import { InputError, zeros } from "lib/core/mod.ts";
import "./_runtime.ts";

const cpu = await openDevice("cpu", { threads: 1 });

/** The CPU with another answer to what is free. */
function withFree(bytes: number | undefined): Device {
  return {
    name: "cpu",
    description: "a small machine",
    threads: 1,
    inProcess: true,
    freeBytes: () => bytes,
    upload: (array) => cpu.upload(array),
    load: (definition) => cpu.load(definition),
    [Symbol.dispose]() {},
  };
}

/** A sum over a product of `size` by `size` numbers. */
const products = (
  { x }: { x: tf.Tensor },
): { total: tf.Tensor } => ({
  total: tf.sum(tf.matMul(x, tf.reshape(x, [1, x.size]))),
});

Deno.test("a function that does not fit into the free memory is refused before it runs", async () => {
  using compiled = jit(products, { device: withFree(10_000), name: "outer" });
  for (
    const attempt of [
      () => Promise.resolve(compiled.prepare({ x: zeros([100, 1]) })),
      () => compiled.run({ x: zeros([100, 1]) }),
    ]
  ) {
    await assert.rejects(async () => await attempt(), (error) => {
      assert.ok(error instanceof NotEnoughMemoryError);
      assert.ok(error instanceof InputError, "one line, exit code 2");
      assert.deepEqual(
        [error.program, error.device, error.neededBytes, error.availableBytes],
        ["outer", "cpu", 40_000, 10_000],
      );
      assert.equal(
        error.message,
        'Not enough memory to run "outer" on cpu: needs 40.0 kB, 10.0 kB ' +
          "available; split the batch into smaller microbatches, recompute " +
          "blocks in the backward pass (remat), or take a smaller preset",
      );
      return true;
    });
  }
});

Deno.test("a function runs where it fits, and throws in a larger size", async () => {
  using compiled = jit(products, { device: withFree(10_000), name: "outer" });
  const { total } = await compiled.run({ x: zeros([50, 1]) });
  assert.equal(total.data[0], 0);
  await assert.rejects(() => compiled.run({ x: zeros([51, 1]) }), {
    name: "NotEnoughMemoryError",
  });
});

Deno.test("a run without memory throws NotEnoughMemoryError caused by the runtime's", async () => {
  using compiled = jit(products, { device: withFree(undefined), name: "huge" });
  // 4 PB, more than any machine promises.
  await assert.rejects(
    () => compiled.run({ x: zeros([2 ** 25, 1]) }),
    (error) => {
      assert.ok(error instanceof NotEnoughMemoryError, String(error));
      assert.equal(error.neededBytes, 4 * 2 ** 50);
      assert.equal(error.availableBytes, undefined);
      assert.match(
        error.message,
        /needs 4\.50 PB, an unknown amount available;/,
      );
      assert.match(String(error.cause), /Failed to allocate memory/);
      return true;
    },
  );
});

Deno.test("other failures of a run are no shortage, and have the runtime's as cause", async () => {
  using compiled = jit(
    ({ x, i }: { x: tf.Tensor; i: tf.Tensor }) => ({
      y: tf.gather(x, i as tf.Tensor1D),
    }),
    { device: cpu, name: "gather" },
  );
  const i = zeros([1], "int32");
  i.data[0] = 7;
  await assert.rejects(() => compiled.run({ x: zeros([3]), i }), (error) => {
    assert.ok(error instanceof RangeError);
    assert.match(
      String(error.cause),
      /^RuntimeError: .*idx=7 must be within the inclusive range \[-3,2\]/,
    );
    return true;
  });
});

Deno.test("the CPU reports its free memory", () => {
  const free = cpu.freeBytes()!;
  assert.ok(free > 2 ** 20 && free <= Deno.systemMemoryInfo().total, `${free}`);
});
