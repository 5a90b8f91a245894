import assert from "node:assert/strict";
import { type Device, openDevice } from "lib/compiler/mod.ts";
import type { Clip, NdArray } from "lib/core/mod.ts";
import {
  headTensors,
  loadLpips,
  lpipsFromPytorch,
  openLpips,
  saveLpips,
  type Trunk,
  TRUNKS,
  trunkTensors,
} from "lib/evaluation/mod.ts";
import type { StateDict } from "lib/formats/pytorch/mod.ts";
import { readSafetensors } from "lib/formats/safetensors/mod.ts";
import {
  plannedArray,
  plannedConvolution,
  referencePath,
} from "../_planned.ts";

function stateOf(
  shapes: Map<string, readonly number[]>,
  valuesOf: (name: string, shape: readonly number[]) => NdArray,
): StateDict {
  const tensors = new Map(
    [...shapes].map(([name, shape]) => [
      name,
      { shape, read: () => valuesOf(name, shape) },
    ]),
  );
  return { tensors, [Symbol.dispose]() {} };
}

function plannedLpips(trunk: Trunk) {
  return lpipsFromPytorch(trunk, {
    path: "trunk.pth",
    state: stateOf(
      trunkTensors(trunk),
      (name, shape) =>
        name.endsWith("weight")
          ? plannedConvolution(`${trunk}/${name}`, shape)
          : plannedArray(`${trunk}/${name}`, shape, 0.1),
    ),
  }, {
    path: "heads.pth",
    state: stateOf(headTensors(trunk), (name, shape) => {
      const array = plannedArray(`${trunk}/${name.split(".")[0]}`, shape);
      return { ...array, data: array.data.map(Math.abs) };
    }),
  });
}

/** Planned pictures in [-1,1] as a clip in [0,1]. */
function clipOf(name: string, size: number, picture: number): Clip {
  const { data } = plannedArray(name, [2, size, size, 3], 0.5, 0.5);
  const half = data.length / 2;
  return {
    frames: 1,
    height: size,
    width: size,
    fps: 8,
    data: data.slice(picture * half, (picture + 1) * half),
  };
}

async function distances(
  device: Device,
  trunk: Trunk,
  size: number,
): Promise<number[]> {
  using metric = await openLpips(device, {
    trunk,
    parameters: plannedLpips(trunk),
    digest: "ab",
  });
  const found = [];
  for (const i of [0, 1]) {
    found.push(
      await metric.distance(
        clipOf(`a ${size}`, size, i),
        clipOf(`b ${size}`, size, i),
      ),
    );
  }
  return found;
}

for (const trunk of TRUNKS) {
  Deno.test(`lpips() with trunk ${trunk} agrees with PyTorch at sizes with and without rest`, async () => {
    const { tensors } = await readSafetensors(
      referencePath("lpips.safetensors"),
    );
    using device = await openDevice("cpu");
    for (const size of [64, 45]) {
      const wanted = tensors.get(`${trunk}${size}`)!.data;
      const found = await distances(device, trunk, size);
      found.forEach((x, i) =>
        assert.ok(Math.abs(x - wanted[i]!) < 1e-4, `${x}, not ${wanted[i]}`)
      );
    }
  });
}

Deno.test("openLpips() is 0 for equal clips, and refuses other shapes and tiny clips", async () => {
  using device = await openDevice("cpu");
  using metric = await openLpips(device, {
    trunk: "alex",
    parameters: plannedLpips("alex"),
    digest: "ab",
  });
  const clip = clipOf("a 64", 64, 0);
  assert.equal(await metric.distance(clip, clip), 0);
  await assert.rejects(metric.distance(clip, clipOf("a 45", 45, 0)), {
    name: "TypeError",
    message:
      "Cannot compare clips: shapes must be the same: current shapes are [1,64,64,3] and [1,45,45,3]",
  });
  const small = clipOf("a 16", 16, 0);
  await assert.rejects(metric.distance(small, small), {
    name: "InputError",
    message:
      "Cannot compute LPIPS with alex: height and width must be at least 31: current size is 16x16; compare larger clips",
  });
});

Deno.test("saveLpips() and loadLpips() keep weights; another trunk's file is refused", async () => {
  const path = await Deno.makeTempFile({ suffix: ".safetensors" });
  const parameters = plannedLpips("squeeze");
  await saveLpips(path, "squeeze", parameters, "source");
  const loaded = await loadLpips(path, "squeeze");
  assert.deepEqual(loaded.parameters, parameters);
  assert.match(loaded.digest, /^[0-9a-f]{64}$/);
  await assert.rejects(loadLpips(path, "alex"), {
    name: "InputError",
    message: `Cannot use "${path}": its schema must be "lpips alex 1": ` +
      `current value is "lpips squeeze 1"; convert the public files with ` +
      `deno task weights import lpips TRUNK HEADS`,
  });
  await Deno.remove(path);
});
