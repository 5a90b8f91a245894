import type { NdArray } from "../../core/mod.ts";
import type { Graph } from "../ir/graph.ts";
import type { SessionOptions } from "../session/create_session.ts";
import type { DeviceTensor } from "./tensor.ts";

/** The devices there are. */
export const DEVICE_NAMES = ["cpu", "webgpu", "cuda", "tfjs-gpu"] as const;

export type DeviceName = typeof DEVICE_NAMES[number];

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
  /** What the device is, for people: the model of a card, the number of threads. */
  readonly description: string;
  /** Threads of the CPU that work on one operation. */
  readonly threads: number;
  /** Bytes of its memory that are free; undefined where it does not tell. */
  freeBytes(): number | undefined;
  /** Copies an array to the device. */
  upload(array: NdArray, options?: UploadOptions): Promise<DeviceTensor>;
  /** Makes a function ready to run on inputs of one set of types. */
  load(definition: Definition): Executable;
}

/** A function over the tensors of its state and its inputs. */
export interface Definition {
  /** For messages and files. */
  readonly name: string;
  /**
   * Runs the function over trees of TF.js tensors: `next` are the leaves of
   * the state that change.
   */
  readonly fn: (args: FunctionArguments) => { next: unknown; outputs: unknown };
  /** A tree of {@link DeviceTensor}s. */
  readonly state: unknown;
  /** A tree of arrays; their types count, their values do not. */
  readonly inputs: unknown;
  /** Options of the runtime's session, for measurements. */
  readonly session?: SessionOptions;
}

/** Trees of TF.js tensors; a tree without leaves may be left out. */
export interface FunctionArguments {
  readonly state?: unknown;
  readonly inputs?: unknown;
}

/** An array, and where in a tree it belongs. */
export type NamedArray = readonly [path: string, array: NdArray];

/** A function that is ready to run on a device. */
export interface Executable extends Disposable {
  /** What was recorded of the function. */
  readonly graph: Graph;
  /** Runs once, and replaces the state. */
  run(inputs: readonly NamedArray[]): Promise<NamedArray[]>;
}
