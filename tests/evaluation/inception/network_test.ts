import "lib/compiler/eager.ts";
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import * as tf from "@tensorflow/tfjs";
import {
  INCEPTION_TAPS,
  inceptionFromKeras,
  inceptionLayers,
  type InceptionTap,
} from "lib/evaluation/mod.ts";
import { jitWithState, openDevice, uploadState } from "lib/compiler/mod.ts";
import {
  kerasTensors,
  NSFWJS_INCEPTION,
} from "lib/recipes/weights/keras_package.ts";
import { plannedArray } from "../_planned.ts";

const tensors = kerasTensors(NSFWJS_INCEPTION);
const parameters = inceptionFromKeras((name) => tensors.get(name), "nsfwjs");
const TAPS = Object.keys(INCEPTION_TAPS) as InceptionTap[];

/** The package's own model up to the last tap, for pictures of a size, run by its own runtime. */
async function original(size: number): Promise<tf.LayersModel> {
  const require = createRequire(import.meta.url);
  const path = require.resolve("nsfwjs").replace(/cjs.index\.js$/, "");
  const { modelTopology } = require(`${path}models/inception_v3/model.min.js`);
  const { config } = modelTopology.model_config;
  const layers = new Map<string, KerasLayer>(
    config.layers.map((layer: KerasLayer) => [layer.name, layer]),
  );
  const needed = new Set<string>();
  const visit = (name: string): void => {
    if (needed.has(name)) return;
    needed.add(name);
    for (const [from] of layers.get(name)!.inbound_nodes[0] ?? []) visit(from);
  };
  visit("mixed5");
  const outputs = TAPS.map((
    tap,
  ) => [tap.replace("conv2d", "activation"), 0, 0]);
  const kept = config.layers.filter(({ name }: KerasLayer) => needed.has(name))
    .map((layer: KerasLayer) =>
      layer.class_name === "InputLayer"
        ? {
          ...layer,
          config: { ...layer.config, batch_input_shape: [null, size, size, 3] },
        }
        : layer
    );
  const specs = [...tensors].filter(([name]) =>
    needed.has(name.split("/")[0]!)
  );
  const data = new Float32Array(
    specs.reduce((sum, [, { data }]) => sum + data.length, 0),
  );
  let at = 0;
  for (const [, tensor] of specs) {
    data.set(tensor.data, at);
    at += tensor.data.length;
  }
  return await tf.loadLayersModel(tf.io.fromMemory({
    modelTopology: {
      ...modelTopology,
      model_config: {
        ...modelTopology.model_config,
        config: { ...config, layers: kept, output_layers: outputs },
      },
    },
    weightSpecs: specs.map(([name, { shape }]) => ({
      name,
      shape: [...shape],
      dtype: "float32",
    })),
    weightData: data.buffer,
  }));
}

interface KerasLayer {
  readonly name: string;
  readonly class_name: string;
  readonly config: object;
  readonly inbound_nodes: readonly (readonly [string][])[];
}

Deno.test("inceptionLayers() agrees with the package's own model in its own runtime", async () => {
  const pictures = plannedArray("pictures", [1, 63, 63, 3]);
  using device = await openDevice("cpu");
  const state = await uploadState(device, parameters);
  using compiled = jitWithState(
    (p, { pictures }: { pictures: tf.Tensor }) => ({
      outputs: inceptionLayers(p, pictures, TAPS),
    }),
    state,
    { device, name: "inception" },
  );
  const found = await compiled.run({ pictures });
  const model = await original(63);
  const wanted = model.predict(
    tf.tensor(pictures.data, [1, 63, 63, 3]),
  ) as tf.Tensor[];
  for (const [i, tap] of TAPS.entries()) {
    const { shape, data } = found[tap];
    assert.deepEqual(shape, wanted[i]!.shape);
    assert.equal(shape[3], INCEPTION_TAPS[tap].channels);
    const values = wanted[i]!.dataSync();
    const largest = Math.max(...values);
    const off = Math.max(
      ...Array.from(data, (x, j) => Math.abs(x - values[j]!)),
    );
    assert.ok(largest > 0.5, `${tap}: ${largest}`);
    assert.ok(off < 1e-4 * largest, `${tap}: ${off} of ${largest}`);
  }
  tf.dispose(wanted);
  model.dispose();
});
