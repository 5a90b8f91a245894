import assert from "node:assert/strict";
import {
  describeDevice,
  type Device,
  measureSpeed,
  openDevice,
} from "lib/compiler/mod.ts";
import { checkAnswers } from "lib/compiler/device/check.ts";
import type { NamedArray } from "lib/compiler/device/device.ts";
import { fastestAdapter } from "lib/compiler/device/adapter.ts";
import "../_runtime.ts";
import { openWebgpu } from "../_webgpu.ts";

// Makes the software card visible, where there is one and no other.
(await openWebgpu())?.[Symbol.dispose]();
const adapter = await fastestAdapter();

Deno.test("openDevice() names the devices there are", async () => {
  await assert.rejects(() => openDevice("gpu" as never), {
    name: "InputError",
    message: "Cannot open a device: its name must be one of cpu, webgpu, " +
      'cuda, tfjs-gpu, auto: current value is "gpu"',
  });
});

Deno.test("openDevice() refuses a number of threads that no machine has", async () => {
  for (const threads of [0, 1.5, NaN, -1, 100_000]) {
    await assert.rejects(() => openDevice("cpu", { threads }), {
      name: "InputError",
      message:
        'Cannot open device "cpu": threads must be a whole number from 1 to ' +
        `${
          Math.max(256, navigator.hardwareConcurrency)
        }: current value is ${threads}`,
    });
  }
});

Deno.test("the CPU has a description, threads and a speed", async () => {
  using device = await openDevice("cpu", { threads: 1 });
  assert.deepEqual(
    [device.name, device.description, device.threads],
    ["cpu", "1 thread", 1],
  );
  assert.ok(await measureSpeed(device) > 0.1);
  assert.match(
    await describeDevice(device),
    /^device: cpu \(1 thread\), [\d.]+ GFLOP\/s in a matrix product$/,
  );
});

Deno.test("openDevice() refuses a graphics card in software unless told", {
  ignore: !adapter?.software,
}, async () => {
  await assert.rejects(() => openDevice("webgpu"), {
    name: "InputError",
    message:
      'Cannot open device "webgpu": it needs a graphics card and its driver ' +
      "(Vulkan on Linux, Direct3D 12 on Windows, Metal on macOS): the only " +
      `one is ${adapter!.description}, a card in software on the CPU; ` +
      "install the driver of the card and, on Linux, the Vulkan loader " +
      '(libvulkan1), or use device "cpu"',
  });
});

Deno.test("auto is the CPU where there is no graphics card", {
  ignore: adapter !== undefined && !adapter.software,
}, async () => {
  using device = await openDevice("auto");
  assert.equal(device.name, "cpu");
});

Deno.test("openDevice() says what CUDA needs", async () => {
  try {
    using device = await openDevice("cuda");
    assert.equal(device.name, "cuda");
  } catch (error) {
    assert.ok(error instanceof Error);
    assert.equal(error.name, "InputError");
    assert.match(
      error.message,
      /^Cannot open device "cuda": it needs Linux on x64, an NVIDIA card of the Turing generation or later, .*ONNXRUNTIME_NODE_INSTALL=cuda12 deno install --allow-scripts=npm:onnxruntime-node; Pascal cards/,
    );
  }
});

Deno.test("checkAnswers() refuses a device that computes wrongly, naming the operation", async () => {
  using cpu = await openDevice("cpu");
  const wrong: Device = {
    name: "webgpu",
    description: "a broken card",
    threads: 1,
    inProcess: true,
    freeBytes: () => undefined,
    upload: (array) => cpu.upload(array),
    load(definition) {
      const program = cpu.load(definition);
      return {
        graph: program.graph,
        async run(inputs): Promise<NamedArray[]> {
          const results = await program.run(inputs);
          results.find(([path]) => path === "softmax")![1].data[3]! += 0.01;
          return results;
        },
        [Symbol.dispose]: () => program[Symbol.dispose](),
      };
    },
    [Symbol.dispose]() {},
  };
  await assert.rejects(() => checkAnswers(wrong), {
    name: "DeviceCheckError",
    message:
      /^Cannot use device "webgpu" \(a broken card\): its softmax must be [\d.]+ at place 3: current value is [\d.]+; update the driver, or use device "cpu"$/,
  });
});
