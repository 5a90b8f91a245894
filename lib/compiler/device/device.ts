import type { NdArray } from "../../core/mod.ts";
import type { Graph, TensorType } from "../ir/graph.ts";
import type { SessionOptions } from "../session/create_session.ts";

export const DEVICE_NAMES = ["cpu", "webgpu", "cuda", "tfjs-gpu"] as const;

export type DeviceName = typeof DEVICE_NAMES[number];

/** A device, or `auto` for the fastest present. */
export const DEVICE_CHOICES = [...DEVICE_NAMES, "auto"] as const;

export type DeviceChoice = typeof DEVICE_CHOICES[number];

/** How an array gets to a device. */
export interface UploadOptions {
  /**
   * A device that computes in the memory of the process may use the array's
   * own in place of a copy: for what no function replaces and nobody changes,
   * such as the parameters of a trained model.
   */
  readonly share?: boolean;
}

/** Where functions run and their state lives. */
export interface Device extends Disposable {
  readonly name: DeviceName;
  /** For people: the model of a card, the number of threads. */
  readonly description: string;
  /** CPU threads inside one operation. */
  readonly threads: number;
  /** Whether its memory is that of the process, as of a card in software. */
  readonly inProcess: boolean;
  /** Bytes of its memory that are free; undefined where it does not report them. */
  freeBytes(): number | undefined;
  /** Copies an array to the device. */
  upload(array: NdArray, options?: UploadOptions): Promise<DeviceTensor>;
  /** Makes a function ready to run on inputs of one set of types. */
  load(definition: Definition): Executable;
}

/**
 * A tensor that lives on a device between calls: a parameter, a moment of the
 * optimiser. Compiled functions read it and replace its values; each device has
 * a subclass.
 */
export abstract class DeviceTensor {
  abstract readonly type: TensorType;
  /** A copy of the current values. */
  abstract read(): Promise<NdArray>;
  /** Copies the values into an array of the same type, for many reads in a row. */
  async readInto(array: NdArray): Promise<void> {
    array.data.set((await this.read()).data);
  }
  /** Replaces the values by those of an array of the same type. */
  abstract write(array: NdArray): Promise<void>;
  /**
   * Gives the memory back until the next {@link DeviceTensor.write}, as far as the
   * device can; the values are lost.
   */
  release(): void {}
  abstract [Symbol.dispose](): void;
}

/** Whether a value is a tensor on a device: the leaf of a tree of state. */
export function isDeviceTensor(value: unknown): value is DeviceTensor {
  return value instanceof DeviceTensor;
}

/** A function over the tensors of its state and its inputs. */
export interface Definition {
  /** For messages and files. */
  readonly name: string;
  /** A tree of {@link DeviceTensor}s. */
  readonly state: unknown;
  /** A tree of arrays; their types count, their values do not. */
  readonly inputs: unknown;
  /** Options of the runtime's session, or how they follow from the graph. */
  readonly session?: SessionOptions | ((graph: Graph) => SessionOptions);
  /**
   * Splits the function into parts that run one after another: paths of the
   * state whose next values come out of each part but the last; none: one part.
   */
  readonly parts?:
    | ((graph: Graph) => readonly (readonly string[])[])
    | undefined;
  /**
   * From trees of TF.js tensors, those of the state and of the inputs, to the
   * leaves of the state that change and the outputs.
   */
  fn(
    state: unknown,
    inputs: unknown,
  ): { readonly state?: unknown; readonly outputs: unknown };
}

/** An array and its path in a tree. */
export type NamedArray = readonly [path: string, array: NdArray];

/** A function that is ready to run on a device. */
export interface Executable extends Disposable {
  /** The traced function. */
  readonly graph: Graph;
  /**
   * Runs once, and replaces the state.
   *
   * @param onChanged Called after each of several parts with the paths of the
   *   state that have their next values: they may be read while the rest runs.
   */
  run(
    inputs: readonly NamedArray[],
    onChanged?: (paths: readonly string[]) => void,
  ): Promise<NamedArray[]>;
}
