import process from "node:process";
import { type Device, disposeState, moveState } from "../../compiler/mod.ts";
import {
  mapTree,
  type NdArray,
  Rng,
  silentProgress,
  zeros,
} from "../../core/mod.ts";
import { openJsonl } from "../../formats/jsonl/mod.ts";
import { saveCheckpoint } from "../checkpoints/checkpoint.ts";
import type { StagePlan } from "../stages/stage_plan.ts";
import { train } from "../loop/train.ts";
import type { ModelConfig } from "../../models/text_to_video/mod.ts";
import type { Stage } from "../stages/stages.ts";
import type { MemoryConfig } from "./estimate.ts";
import { stepOf, type StepOptions } from "./step_shape.ts";

/** Folder of the temporary checkpoint. */
const RUNS = "runs";

/** A training of a few steps to measure. */
export interface MeasureRequest
  extends Pick<StepOptions, "recompute" | "own" | "lora"> {
  readonly models: ModelConfig;
  readonly stage: Stage;
  readonly plan: StagePlan;
  readonly training: MemoryConfig;
  /** Updates. */
  readonly steps: number;
}

/** Measured memory and time. */
export interface Measurement {
  /** Peak memory of the process before training, with the device open. */
  readonly baselineBytes: number;
  /** Peak memory of the process after training. */
  readonly peakBytes: number;
  /** Seconds of the fastest update. */
  readonly secondsPerStep: number;
}

/** Peak memory of this process, in bytes. */
function peakOfProcess(): number {
  return 1024 * process.resourceUsage().maxRSS;
}

function isType(value: unknown): value is NdArray {
  return typeof value === "object" && value !== null && "dtype" in value;
}

/**
 * Trains as the trainer does, checkpoint included. Memory is the difference of two
 * peaks of the process, so run it in a fresh process.
 *
 * @param device One that computes in the memory of the process.
 */
export async function measureTraining(
  request: MeasureRequest,
  device: Device,
): Promise<Measurement> {
  const baselineBytes = peakOfProcess();
  const { models, stage, plan, training, steps } = request;
  const { parameters, frozen, batch, lossOf } = stepOf(
    models,
    stage,
    plan,
    request,
    new Rng(1),
  );
  const ones = mapTree(batch, isType, ({ dtype, shape }) => {
    const array = zeros(shape, dtype);
    array.data.fill(1);
    return array;
  });
  await Deno.mkdir(RUNS, { recursive: true });
  const folder = await Deno.makeTempDir({ dir: RUNS, prefix: "measure-" });
  const times: number[] = [];
  const onDevice = await moveState(device, frozen ?? {});
  try {
    using metrics = await openJsonl(`${folder}/metrics.jsonl`);
    await train({
      name: stage,
      device,
      config: {
        ...training,
        schedule: { peak: 1e-5, warmupSteps: 0, totalSteps: steps, floor: 0 },
        accumulation: plan.accumulation,
      },
      initial: parameters,
      frozen: frozen && onDevice,
      lossOf: lossOf as never,
      batchAt: () => ones as never,
      metrics,
      progress: silentProgress,
      save: (checkpoint) =>
        saveCheckpoint(`${folder}/state.safetensors`, checkpoint, {}),
      saveEvery: Infinity,
      clock: () => performance.now(),
      onRecord: () => void times.push(performance.now()),
    });
    const seconds = times.slice(1).map((time, i) => (time - times[i]!) / 1000);
    return {
      baselineBytes,
      peakBytes: peakOfProcess(),
      secondsPerStep: Math.min(...seconds),
    };
  } finally {
    disposeState(onDevice);
    await Deno.remove(folder, { recursive: true });
  }
}
