import type { RuntimeValue } from "./host_value.ts";
import { cString, OrtApi } from "./ort_api.ts";
import { appendProvider, type Provider } from "./provider.ts";

/** `ORT_LOGGING_LEVEL_FATAL`. */
const FATAL = 4;

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
  /** What runs it; the CPU alone when left out. */
  readonly provider?: Provider;
  /** Entries as `onnxruntime_session_options_config_keys.h` lists them. */
  readonly config?: Readonly<Record<string, string>>;
}

/** An ONNX model ready to run on tensors that are bound to it by name. */
export class Session {
  readonly #api = OrtApi.open();
  readonly #session: Deno.PointerObject;
  readonly #binding: Deno.PointerObject;
  /** What each name is bound to, so that only changes cross the border. */
  readonly #bound = new Map<string, RuntimeValue>();
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
      // What goes wrong arrives as an exception; it is not printed as well.
      api.call("SetSessionLogSeverityLevel", settings, FATAL);
      if (options.provider) appendProvider(api, settings, options.provider);
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
  bindInput(name: string, tensor: RuntimeValue): void {
    this.#bind("BindInput", name, tensor);
  }

  /** Makes an output be written into a tensor's memory. */
  bindOutput(name: string, tensor: RuntimeValue): void {
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

  /** The runtime's own session, for what only it can give. */
  get handle(): Deno.PointerObject {
    return this.#session;
  }

  /** Lets go of what was bound, so that it can be freed. */
  forgetBindings(): void {
    this.#api.release("ClearBoundInputs", this.#binding);
    this.#api.release("ClearBoundOutputs", this.#binding);
    this.#bound.clear();
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
    tensor: RuntimeValue,
  ): void {
    const key = `${direction} ${name}`;
    if (this.#bound.get(key) === tensor) return;
    this.#api.call(direction, this.#binding, cString(name), tensor.handle);
    this.#bound.set(key, tensor);
  }
}
