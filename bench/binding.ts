import * as tf from "@tensorflow/tfjs-core";
import {
  jitWithState,
  openDevice,
  readState,
  uploadState,
} from "lib/compiler/mod.ts";
import { emitOnnx } from "lib/compiler/onnx/emit.ts";
import { optimise } from "lib/compiler/passes/pipeline.ts";
import { trace } from "lib/compiler/trace/trace.ts";
import { type NdArray, Rng, zeros } from "lib/core/mod.ts";
import { encodeOnnx } from "lib/formats/onnx/mod.ts";
import * as runtime from "onnxruntime-node";
import type * as z from "zod";
import { checkNumber } from "./check.ts";
import type { bindingFlags } from "./flags.ts";
import { interleave, sleep, timed, timingOf } from "./interleave.ts";
import { peakRssBytes } from "./machine.ts";
import type { BenchResult } from "./result.ts";

/** Parameters and their first moment, and a gradient. */
interface Update<T> {
  readonly parameters: T;
  readonly moment: T;
  readonly gradient: T;
}

const NAMES = ["parameters", "moment"] as const;

/** One step of gradient descent with momentum. */
function update(
  { parameters, moment, gradient }: Update<tf.Tensor>,
): Omit<Update<tf.Tensor>, "gradient"> {
  const next = tf.add(tf.mul(moment, 0.9), tf.mul(gradient, 0.1));
  return {
    parameters: tf.sub(parameters, tf.mul(next, 0.01)),
    moment: next,
  };
}

/** Names of the results in the graph: names must be unique. */
const NEXT = "next ";

/**
 * `deno task bench binding`: state replaced in place through the runtime's C
 * interface, compared with the same graph through the package's JavaScript
 * binding with preallocated results.
 */
export async function benchBinding(
  options: z.infer<typeof bindingFlags>,
): Promise<BenchResult> {
  using device = await openDevice("cpu");
  const shape = [options.parameters];
  const gradient = new Rng(1).normals(shape);
  const initial = { parameters: zeros(shape), moment: zeros(shape) };

  const state = await uploadState(device, initial);
  using ours = jitWithState(
    (
      state: Omit<Update<tf.Tensor>, "gradient">,
      { gradient }: { gradient: tf.Tensor },
    ) => ({
      state: update({ ...state, gradient }),
      outputs: {},
    }),
    state,
    { device, name: "update" },
  );

  const graph = optimise(trace((given: Update<tf.Tensor>) => {
    const { parameters, moment } = update(given);
    return { [`${NEXT}parameters`]: parameters, [`${NEXT}moment`]: moment };
  }, { ...initial, gradient }));
  const session = await runtime.InferenceSession.create(
    encodeOnnx(emitOnnx(graph, "update")),
    { intraOpNumThreads: device.threads, enableMemPattern: false },
  );
  const tensor = (array: NdArray): runtime.Tensor =>
    new runtime.Tensor("float32", array.data as Float32Array, [...shape]);
  // Double buffering: a run reads the results of the previous one.
  let [now, next] = [0, 1].map(() => ({
    parameters: zeros(shape),
    moment: zeros(shape),
  }));
  const viaBinding = async (): Promise<void> => {
    await session.run(
      {
        parameters: tensor(now!.parameters),
        moment: tensor(now!.moment),
        gradient: tensor(gradient),
      },
      Object.fromEntries(
        NAMES.map((name) => [NEXT + name, tensor(next![name])]),
      ),
    );
    [now, next] = [next, now];
  };

  for (let warm = 0; warm < 3; warm++) {
    await ours.run({ gradient });
    await viaBinding();
  }
  const read = await readState(state);
  for (const name of NAMES) {
    for (
      let i = 0;
      i < options.parameters;
      i += Math.ceil(options.parameters / 100)
    ) {
      checkNumber(
        "binding",
        read[name].data[i]!,
        now![name].data[i]!,
        "the binding",
      );
    }
  }
  const times = await interleave([
    { name: "ours", run: () => timed(() => ours.run({ gradient })) },
    { name: "binding", run: () => timed(viaBinding) },
  ], { rounds: options.steps, sleep });
  const [mine, theirs] = times.map(timingOf);
  return {
    bench: "binding",
    device: device.name,
    sizes: { parameters: options.parameters },
    checked: ["state after three updates against the JavaScript binding"],
    parameters: options.parameters,
    ...mine!,
    compileMs: 0,
    peakRssBytes: peakRssBytes(),
    note: `the JavaScript binding: ${theirs!.medianMs.toFixed(1)} ms median, ` +
      `${theirs!.minMs.toFixed(1)} ms at best: ` +
      `ours / binding: ${
        (mine!.medianMs / theirs!.medianMs).toFixed(3)
      } of the time`,
  };
}
