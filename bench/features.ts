import * as tf from "@tensorflow/tfjs-core";
import "lib/compiler/eager.ts";
import {
  type Device,
  flopsOf,
  jitWithState,
  openDevice,
  trace,
  uploadState,
} from "lib/compiler/mod.ts";
import {
  type Clip,
  isNdArray,
  mapTree,
  type NdArray,
  Rng,
  zeros,
} from "lib/core/mod.ts";
import {
  type FeatureNetwork,
  i3d,
  I3D_HEAD,
  I3D_LOGITS,
  I3D_POOLED,
  I3D_SIZE,
  I3D_UNITS,
  type I3dParameters,
  initWorld3d,
  openI3d,
  openWorld3d,
  WORLD3D,
  world3d,
} from "lib/evaluation/mod.ts";
import { normal } from "lib/models/layers/mod.ts";
import type * as z from "zod";
import { checkNumber } from "./check.ts";
import { type featuresFlags, tripleOf } from "./flags.ts";
import { interleave, sleep, timed, timingOf } from "./interleave.ts";
import { peakRssBytes } from "./machine.ts";
import { matmulSide } from "./matmul.ts";
import { type BenchResult, gflopsOf } from "./result.ts";

/** A feature network of random weights. */
interface Subject {
  readonly parameters: unknown;
  /** Clips `[B,T,H,W,3]` in the network's range to features `[B,D]`. */
  apply(parameters: never, clips: tf.Tensor): tf.Tensor;
  /** Shape of clips small enough for eager TF.js. */
  readonly small: readonly number[];
  /** Shape of one clip at the network's input. */
  readonly full: readonly number[];
  open(device: Device): Promise<FeatureNetwork>;
}

/**
 * `deno task bench features`: one clip through a feature network of random
 * weights, preprocessing included, compared with this machine's matmul.
 */
export async function benchFeatures(
  options: z.infer<typeof featuresFlags>,
): Promise<BenchResult> {
  using device = await openDevice(options.device);
  const [frames, height, width] = options.network === "i3d"
    ? tripleOf(options.clip)
    : [WORLD3D.frames, WORLD3D.size, WORLD3D.size];
  const subject = options.network === "i3d" ? ofI3d(frames) : ofWorld3d();
  await checkSmall(subject, device);
  using network = await subject.open(device);
  const { data } = uniform([1, frames, height, width, 3]);
  const clip: Clip = { frames, height, width, fps: WORLD3D.fps, data };
  const clips = new Array<Clip>(network.batch).fill(clip);
  using matmul = await matmulSide({ m: 1024, k: 768, n: 3072 }, device);
  await network.featuresOf(clips);
  const [ours, peak] = (await interleave([
    { name: "ours", run: () => timed(() => network.featuresOf(clips)) },
    matmul,
  ], { rounds: options.steps, sleep })).map(timingOf);
  const medianMs = ours!.medianMs / clips.length;
  const gflops = gflopsOf(operationsOf(subject), medianMs);
  return {
    bench: "features",
    device: device.name,
    sizes: {
      network: options.network,
      clip: `${frames}x${height}x${width}`,
      batch: clips.length,
    },
    checked: ["features of a small clip against eager TF.js"],
    medianMs,
    minMs: ours!.minMs / clips.length,
    steps: ours!.steps,
    gflops,
    fractionOfMatmulPeak: gflops /
      gflopsOf(matmul.operations, peak!.medianMs),
    peakRssBytes: peakRssBytes(),
    note: "times are of one clip",
  };
}

function ofI3d(frames: number): Subject {
  const parameters = randomI3d(new Rng(1));
  return {
    parameters,
    apply: (p, clips) => i3d(p, clips).logits,
    small: [1, 9, 32, 32, 3],
    full: [1, frames, I3D_SIZE, I3D_SIZE, 3],
    open: (device) => openI3d(device, { parameters, digest: "random" }),
  };
}

function ofWorld3d(): Subject {
  const config = WORLD3D;
  const parameters = initWorld3d(config, new Rng(1));
  const shape = [1, config.frames, config.size, config.size, 3];
  return {
    parameters,
    apply: (p, clips) => world3d(p, clips, config).features,
    small: shape,
    full: shape,
    open: (device) =>
      openWorld3d(device, { config, parameters, digest: "random" }),
  };
}

/** He initialisation, which keeps the variance of activations (He et al. 2015). */
function randomI3d(rng: Rng): I3dParameters {
  const unit = (window: number, from: number, to: number) => ({
    weight: normal(
      rng,
      [window, window, window, from, to],
      Math.sqrt(2 / (window ** 3 * from)),
    ),
    bias: zeros([to]),
  });
  return Object.fromEntries([
    ...I3D_UNITS.map(({ name, from, to, window }) =>
      [name, unit(window, from, to)] as const
    ),
    [I3D_HEAD, unit(1, I3D_POOLED, I3D_LOGITS)] as const,
  ]);
}

async function checkSmall(
  { parameters, apply, small }: Subject,
  device: Device,
): Promise<void> {
  const clips = uniform(small);
  const state = await uploadState(device, parameters);
  using compiled = jitWithState(
    (p, { clips }: { clips: tf.Tensor }) => ({
      outputs: { features: apply(p as never, clips) },
    }),
    state,
    { device, name: "features" },
  );
  const { features } = await compiled.run({ clips });
  const eager = tf.tidy(() =>
    apply(tensorsOf(parameters) as never, tensor(clips)).dataSync()
  );
  features.data.forEach((value: number, i: number) =>
    checkNumber(`feature ${i}`, value, eager[i]!, "eager TF.js", 1e-2)
  );
}

function operationsOf({ parameters, apply, full }: Subject): number {
  return flopsOf(
    trace(
      ({ p, clips }) => ({ y: apply(p as never, clips as tf.Tensor) }),
      { p: parameters, clips: zeros(full) } as never,
    ),
  );
}

/** Values in [0,1). */
function uniform(shape: readonly number[]): NdArray<"float32"> {
  const array = zeros(shape);
  const rng = new Rng(2);
  for (let i = 0; i < array.data.length; i++) array.data[i] = rng.uniform();
  return array;
}

function tensorsOf(parameters: unknown): unknown {
  return mapTree(parameters, isNdArray, tensor);
}

function tensor({ data, shape }: NdArray): tf.Tensor {
  return tf.tensor(data, [...shape], "float32");
}
