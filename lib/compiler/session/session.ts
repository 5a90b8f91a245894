import { Lifetime } from "../../core/mod.ts";
import { createSession, type SessionOptions } from "./create_session.ts";
import type { RuntimeValue } from "./host_value.ts";
import { cString, OrtApi } from "./ort_api.ts";

/** An ONNX model ready to run on tensors that are bound to it by name. */
export class Session {
  readonly #api = OrtApi.open();
  readonly #session: Deno.PointerObject;
  readonly #binding: Deno.PointerObject;
  /** The binding of each name, so that only changes call the runtime. */
  readonly #bound = new Map<string, RuntimeValue>();
  readonly #lifetime = new Lifetime("a session of the runtime");
  #running = false;

  /** @param model The bytes of an `.onnx` file. */
  constructor(model: Uint8Array<ArrayBuffer>, options: SessionOptions = {}) {
    this.#session = createSession(this.#api, model, options);
    this.#binding = this.#api.create("CreateIoBinding", this.#session);
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
   * Runs once over the bound tensors. The JavaScript thread stays free meanwhile;
   * the bound memory must not be touched until the end.
   */
  async run(): Promise<void> {
    if (this.#running) {
      throw new Error(
        "Cannot run a session twice at once: await the first run",
      );
    }
    using _use = this.#lifetime.use();
    this.#running = true;
    try {
      await this.#api.run(this.#session, null, this.#binding);
    } finally {
      this.#running = false;
    }
  }

  /** The runtime's own session. */
  get handle(): Deno.PointerObject {
    this.#lifetime.check();
    return this.#session;
  }

  /** Removes all bindings, so that their tensors can be freed. */
  forgetBindings(): void {
    this.#lifetime.check();
    this.#api.release("ClearBoundInputs", this.#binding);
    this.#api.release("ClearBoundOutputs", this.#binding);
    this.#bound.clear();
  }

  /** Ends profiling; returns the path of the profile. */
  endProfiling(): string {
    this.#lifetime.check();
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
    this.#lifetime.end(() => {
      this.#api.release("ReleaseIoBinding", this.#binding);
      this.#api.release("ReleaseSession", this.#session);
    });
  }

  #bind(
    direction: "BindInput" | "BindOutput",
    name: string,
    tensor: RuntimeValue,
  ): void {
    this.#lifetime.check();
    const key = `${direction} ${name}`;
    if (this.#bound.get(key) === tensor) return;
    this.#api.call(direction, this.#binding, cString(name), tensor.handle);
    this.#bound.set(key, tensor);
  }
}
