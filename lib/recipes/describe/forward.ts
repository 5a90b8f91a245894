import {
  type Device,
  disposeState,
  jitWithState,
  uploadState,
} from "../../compiler/mod.ts";
import {
  isNdArray,
  leavesOf,
  mapTree,
  type NdArray,
  Rng,
  zeros,
} from "../../core/mod.ts";
import type { GridSize } from "../../models/vae/mod.ts";
import {
  initModel,
  type InputType,
  type ModelConfig,
  type ModelFunctions,
  modelFunctions,
} from "../../models/text_to_video/mod.ts";

/** What one model took to be made and run once. */
export interface ForwardReport {
  readonly model: string;
  readonly parameters: number;
  /** Seconds to draw the weights. */
  readonly initSeconds: number;
  /** Seconds of each call, the first with tracing and compiling. */
  readonly callSeconds: readonly number[];
  /** Whether every number that came out is one. */
  readonly finite: boolean;
  /** Most memory that the process has ever had, bytes. */
  readonly peakBytes: number;
}

/**
 * Makes a model and runs it twice on random inputs, to see what that takes.
 *
 * @param clock Milliseconds.
 */
export async function forward(
  name: keyof ModelFunctions,
  config: ModelConfig,
  clip: GridSize,
  device: Device,
  clock: () => number,
): Promise<ForwardReport> {
  const { model, inputs, call } = modelFunctions(config, clip, 1)[name];
  const seconds = async <T>(
    work: () => T | Promise<T>,
  ): Promise<[T, number]> => {
    const begun = clock();
    const result = await work();
    return [result, (clock() - begun) / 1000];
  };
  const [parameters, initSeconds] = await seconds(() =>
    initModel(model, config, new Rng(1))
  );
  const count = leavesOf(parameters, isNdArray)
    .reduce((sum, [, { data }]) => sum + data.length, 0);
  const state = await uploadState(device, parameters);
  using compiled = jitWithState(
    (tensors, given) => ({ outputs: call(tensors as never, given as never) }),
    state,
    { device, name },
  );
  const rng = new Rng(2);
  const given = mapTree(
    inputs,
    isInputType,
    ({ dtype, shape }, path) =>
      dtype === "int32" ? zeros(shape, dtype) : rng.fork(path).normals(shape),
  );
  const callSeconds: number[] = [];
  let finite = true;
  for (let i = 0; i < 2; i++) {
    const [outputs, took] = await seconds(() => compiled.run(given as never));
    callSeconds.push(took);
    finite &&= leavesOf<NdArray>(outputs, isNdArray)
      .every(([, { data }]) => data.every(Number.isFinite));
  }
  disposeState(state);
  return {
    model: name,
    parameters: count,
    initSeconds,
    callSeconds,
    finite,
    peakBytes: await peakBytes(),
  };
}

function isInputType(value: unknown): value is InputType {
  return typeof value === "object" && value !== null && "dtype" in value;
}

/** The process's largest resident set; where the system does not tell, the present one. */
async function peakBytes(): Promise<number> {
  const status = await Deno.readTextFile("/proc/self/status").catch(() => "");
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return kibibytes === undefined
    ? Deno.memoryUsage().rss
    : 1024 * Number(kibibytes);
}
