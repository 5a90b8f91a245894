import type * as tf from "@tensorflow/tfjs-core";
import {
  type Device,
  type DeviceTensor,
  disposeState,
  isDeviceTensor,
  moveState,
  type OnDevice,
  readState,
} from "../../compiler/mod.ts";
import { leavesOf, type NdArray } from "../../core/mod.ts";
import type { Tensors } from "../../models/layers/mod.ts";
import {
  adapted,
  adaptersOf,
  type LoraConfig,
  type LoraParameters,
  loraScale,
  mergedWeight,
} from "../../models/lora/mod.ts";
import type { DiffusionParameters } from "../../models/text_to_video/mod.ts";
import type { BatchLoss } from "../loop/train_step.ts";

/**
 * What a phase trains: text encoder and backbone themselves, or adapters of
 * them; a tree of arrays.
 */
export interface PhaseParameters extends Disposable {
  readonly initial: unknown;
  /** Text encoder and backbone on the device, where adapters of them are trained. */
  readonly frozen?: OnDevice<DiffusionParameters>;
  /** The loss of what is trained, from that of text encoder and backbone. */
  lossOf<B, A>(
    loss: BatchLoss<Tensors<DiffusionParameters>, B, A>,
  ): BatchLoss<unknown, B, A>;
  /**
   * Does work with text encoder and backbone.
   *
   * @param trained What is trained, or an average of it, on the device.
   */
  show<T>(
    trained: unknown,
    work: (all: OnDevice<DiffusionParameters>) => Promise<T>,
  ): Promise<T>;
}

/** Trains text encoder and backbone. */
export function wholeParameters(initial: unknown): PhaseParameters {
  return {
    initial,
    lossOf: (loss) => (trained, batch) =>
      loss(trained as Tensors<DiffusionParameters>, batch),
    show: (trained, work) => work(trained as OnDevice<DiffusionParameters>),
    [Symbol.dispose]() {},
  };
}

/**
 * Trains adapters of text encoder and backbone.
 *
 * @param base Moved to the device: not to be used afterwards.
 * @param initial The adapters before the first update.
 */
export async function loraParameters(
  device: Device,
  base: DiffusionParameters,
  lora: LoraConfig,
  initial: LoraParameters,
): Promise<PhaseParameters> {
  const scale = loraScale(lora);
  const frozen = await moveState(device, base);
  const tensors = new Map(leavesOf(frozen, isDeviceTensor));
  return {
    initial,
    frozen,
    lossOf: (loss) => loraLoss(loss, lora),
    async show(trained, work) {
      const adapters = await readState<LoraParameters>(
        trained as OnDevice<LoraParameters>,
      );
      // In the memory of the weights, which are kept aside meanwhile.
      const before: [DeviceTensor, NdArray][] = [];
      try {
        for (const [path, adapter] of adaptersOf(adapters)) {
          const tensor = tensors.get(path)!;
          const weight = await tensor.read();
          before.push([tensor, weight]);
          await tensor.write(mergedWeight(weight, adapter, scale));
        }
        return await work(frozen);
      } finally {
        for (const [tensor, weight] of before) await tensor.write(weight);
      }
    },
    [Symbol.dispose]: () => disposeState(frozen),
  };
}

/** The loss of adapters of frozen text encoder and backbone. */
export function loraLoss<B, A>(
  loss: BatchLoss<Tensors<DiffusionParameters>, B, A>,
  lora: LoraConfig,
): BatchLoss<unknown, B, A> {
  const scale = loraScale(lora);
  return (adapters, batch, frozen) =>
    loss(
      adapted(
        frozen as Tensors<DiffusionParameters>,
        adapters as LoraParameters<tf.Tensor>,
        scale,
      ),
      batch,
    );
}
