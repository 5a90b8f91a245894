import { type NdArray, zeros } from "../../core/mod.ts";
import type { TensorType } from "../ir/graph.ts";
import { DeviceMemory } from "../session/device_memory.ts";
import { HostValue, type RuntimeValue } from "../session/host_value.ts";
import type { Provider } from "../session/provider.ts";
import { Spares } from "./spares.ts";
import { OneAtATime, type Turns, UNLIMITED } from "./turns.ts";

/**
 * Where the state of a runtime's device lives. All but {@link Memory.turns} must
 * be called within a turn.
 */
export interface Memory extends Disposable {
  /** Whether a step may write the next state over the last. */
  readonly inPlace: boolean;
  /** Whether it is the memory of the process, as of a card in software. */
  readonly inProcess: boolean;
  /** The queue of work on the device. */
  readonly turns: Turns;
  /** Memory for state that a step does not write over. */
  readonly spares: Spares;
  /** Bytes that are free; undefined where they cannot be read. */
  freeBytes(): number | undefined;
  /** Room for a tensor; its content is undefined. */
  allocate(type: TensorType): RuntimeValue;
  write(value: RuntimeValue, array: NdArray): Promise<void>;
  /** A value in an array's own memory; absent where that is another memory. */
  share?(array: NdArray): RuntimeValue;
  /** Copies a value into an array of the same type. */
  readInto(value: RuntimeValue, array: NdArray): Promise<void>;
}

/**
 * Bytes of the machine's memory that programs can still have without swapping;
 * undefined where this process lacks the permission.
 */
function freeBytesOfMachine(): number | undefined {
  const { state } = Deno.permissions.querySync({
    name: "sys",
    kind: "systemMemoryInfo",
  });
  return state === "granted" ? Deno.systemMemoryInfo().available : undefined;
}

/** The memory of the process: state is arrays, and sessions work on them in place. */
export const HOST_MEMORY: Memory = {
  inPlace: true,
  inProcess: true,
  turns: UNLIMITED,
  spares: new Spares(),
  freeBytes: freeBytesOfMachine,
  allocate: ({ dtype, shape }) => new HostValue(zeros(shape, dtype)),
  write(value, array) {
    arrayOf(value).data.set(array.data);
    return Promise.resolve();
  },
  share: (array) => new HostValue(array),
  readInto(value, array) {
    array.data.set(arrayOf(value).data);
    return Promise.resolve();
  },
  [Symbol.dispose]() {},
};

/** Values of host memory are all made here. */
function arrayOf(value: RuntimeValue): NdArray {
  return (value as HostValue).array;
}

/**
 * One queue for each kind of device, not for each opened one: all sessions of
 * a provider share its graphics device.
 */
const TURNS: Readonly<Record<Provider["name"], Turns>> = {
  WebGPU: new OneAtATime(),
  CUDA: new OneAtATime(),
};

/**
 * The memory of a graphics card: the next state is written beside the last one,
 * since a shader may write before it has read everything.
 */
export class CardMemory implements Memory {
  readonly inPlace = false;
  readonly spares = new Spares();
  readonly turns: Turns;
  readonly #memory: DeviceMemory;

  private constructor(
    turns: Turns,
    memory: DeviceMemory,
    readonly inProcess: boolean,
  ) {
    this.turns = turns;
    this.#memory = memory;
  }

  /**
   * @param software Whether the card is one in software.
   * @throws {RuntimeError} with the runtime's message, if the device is missing
   */
  static async open(
    provider: Provider,
    { software = false }: { readonly software?: boolean } = {},
  ): Promise<CardMemory> {
    const turns = TURNS[provider.name];
    return new CardMemory(
      turns,
      await turns.take(() => new DeviceMemory(provider)),
      software,
    );
  }

  /** The runtime does not report it. */
  freeBytes(): undefined {
    return undefined;
  }

  allocate({ dtype, shape }: TensorType): RuntimeValue {
    return this.#memory.allocate(dtype, shape);
  }

  write(value: RuntimeValue, array: NdArray): Promise<void> {
    return this.#memory.write(value, array);
  }

  readInto(value: RuntimeValue, array: NdArray): Promise<void> {
    return this.#memory.readInto(value, array);
  }

  [Symbol.dispose](): void {
    this.turns.soon(() => this.#memory[Symbol.dispose]());
  }
}
