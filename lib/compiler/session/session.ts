import {
  BYTES_PER_ELEMENT,
  type DType,
  type NdArray,
  sizeOf,
} from "../../core/mod.ts";
import { cString, OrtApi } from "./ort_api.ts";

/** `ONNXTensorElementDataType`. */
const ELEMENT_TYPES: Readonly<Record<DType, number>> = {
  float32: 1,
  int32: 6,
  bool: 9,
};

/** `ORT_ENABLE_ALL`. */
const ALL_OPTIMISATIONS = 99;

/**
 * Numbers below 1e-38 count as zero. Squares of small gradients are such
 * numbers, and computing with them takes a processor ten times as long.
 */
const FLUSH_DENORMALS = { "session.set_denormal_as_zero": "1" };

/** How a session runs. */
export interface SessionOptions {
  /** Threads inside one operation; the runtime chooses when left out. */
  readonly threads?: number;
  /** Path prefix under which a profile of the runs is written. */
  readonly profile?: string;
  /** Entries as `onnxruntime_session_options_config_keys.h` lists them. */
  readonly config?: Readonly<Record<string, string>>;
}

/**
 * A tensor of the runtime over memory of ours: what is written to one is seen
 * through the other.
 */
export class BoundTensor {
  readonly #api = OrtApi.open();
  readonly handle: Deno.PointerObject;

  /** Holds on to the array, so that its memory lives as long as this does. */
  constructor(readonly array: NdArray) {
    const { dtype, shape, data } = array;
    const bytes = sizeOf(shape) * BYTES_PER_ELEMENT[dtype];
    this.handle = this.#api.create(
      "CreateTensorWithDataAsOrtValue",
      this.#api.cpuMemory,
      data,
      BigInt(bytes),
      new BigInt64Array(shape.map(BigInt)),
      BigInt(shape.length),
      ELEMENT_TYPES[dtype],
    );
  }

  [Symbol.dispose](): void {
    this.#api.release("ReleaseValue", this.handle);
  }
}

/** An ONNX model ready to run on tensors that are bound to it by name. */
export class Session {
  readonly #api = OrtApi.open();
  readonly #session: Deno.PointerObject;
  readonly #binding: Deno.PointerObject;
  /** What each name is bound to, so that only changes cross the border. */
  readonly #bound = new Map<string, BoundTensor>();
  #running = false;

  /** @param model The bytes of an `.onnx` file. */
  constructor(model: Uint8Array<ArrayBuffer>, options: SessionOptions = {}) {
    const api = this.#api;
    const settings = api.create("CreateSessionOptions");
    try {
      api.call(
        "SetSessionGraphOptimizationLevel",
        settings,
        ALL_OPTIMISATIONS,
      );
      // Planning memory by pattern doubles the peak and is slower here.
      api.call("DisableMemPattern", settings);
      if (options.threads !== undefined) {
        api.call("SetIntraOpNumThreads", settings, options.threads);
      }
      if (options.profile !== undefined) {
        api.call("EnableProfiling", settings, cString(options.profile));
      }
      const config = { ...FLUSH_DENORMALS, ...options.config };
      for (const [key, value] of Object.entries(config)) {
        api.call(
          "AddSessionConfigEntry",
          settings,
          cString(key),
          cString(value),
        );
      }
      this.#session = api.create(
        "CreateSessionFromArray",
        api.environment,
        model,
        BigInt(model.byteLength),
        settings,
      );
    } finally {
      api.release("ReleaseSessionOptions", settings);
    }
    this.#binding = api.create("CreateIoBinding", this.#session);
  }

  /** Makes an input read from a tensor's memory. */
  bindInput(name: string, tensor: BoundTensor): void {
    this.#bind("BindInput", name, tensor);
  }

  /** Makes an output be written into a tensor's memory. */
  bindOutput(name: string, tensor: BoundTensor): void {
    this.#bind("BindOutput", name, tensor);
  }

  /**
   * Runs once over what is bound. The JavaScript thread stays free meanwhile;
   * the bound memory must not be touched until it is done.
   */
  async run(): Promise<void> {
    if (this.#running) {
      throw new Error(
        "Cannot run a session twice at once: await the first run",
      );
    }
    this.#running = true;
    try {
      await this.#api.run(this.#session, null, this.#binding);
    } finally {
      this.#running = false;
    }
  }

  /** Ends profiling; returns the path of the profile. */
  endProfiling(): string {
    const allocator = this.#api.create("GetAllocatorWithDefaultOptions");
    const text = this.#api.create(
      "SessionEndProfiling",
      this.#session,
      allocator,
    );
    const path = Deno.UnsafePointerView.getCString(text);
    this.#api.call("AllocatorFree", allocator, text);
    return path;
  }

  [Symbol.dispose](): void {
    if (this.#running) {
      throw new Error(
        "Cannot dispose of a session while it runs: await the run",
      );
    }
    this.#api.release("ReleaseIoBinding", this.#binding);
    this.#api.release("ReleaseSession", this.#session);
  }

  #bind(
    direction: "BindInput" | "BindOutput",
    name: string,
    tensor: BoundTensor,
  ): void {
    const key = `${direction} ${name}`;
    if (this.#bound.get(key) === tensor) return;
    this.#api.call(direction, this.#binding, cString(name), tensor.handle);
    this.#bound.set(key, tensor);
  }
}
