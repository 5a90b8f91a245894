import {
  type DType,
  int32,
  Lifetime,
  type NdArray,
  zeros,
} from "../../core/mod.ts";
import { encodeOnnx } from "../../formats/onnx/mod.ts";
import { ELEMENT_TYPES, HostValue, type RuntimeValue } from "./host_value.ts";
import { cString, OrtApi } from "./ort_api.ts";
import { NO_FALLBACK, type Provider } from "./provider.ts";
import { Session } from "./session.ts";

/** The runtime's names for the memory of each provider's device. */
const MEMORY_NAMES: Readonly<Record<Provider["name"], string>> = {
  WebGPU: "WebGPU_Buffer",
  CUDA: "Cuda",
};

/** `OrtDeviceAllocator`, and `OrtMemTypeDefault`. */
const DEVICE_ALLOCATOR = 0;
const DEFAULT_MEMORY = 0;

/** The element types of a copy. */
interface Copy {
  readonly from: DType;
  readonly to: DType;
}

const FLOATS: Copy = { from: "float32", to: "float32" };
const WHOLE: Copy = { from: "int32", to: "int32" };
/** The copies of each element type; only the CPU provider copies bools. */
const COPIES: Readonly<Record<DType, { in: Copy; out: Copy }>> = {
  float32: { in: FLOATS, out: FLOATS },
  int32: { in: WHOLE, out: WHOLE },
  bool: {
    in: { from: "int32", to: "bool" },
    out: { from: "bool", to: "int32" },
  },
};

/** A tensor in the memory of a device, readable by sessions alone. */
class DeviceValue implements RuntimeValue {
  readonly #api = OrtApi.open();
  readonly #handle: Deno.PointerObject;
  readonly #lifetime = new Lifetime("a value on the device");

  constructor(
    allocator: Deno.PointerObject,
    dtype: DType,
    shape: readonly number[],
    readonly onFreed: () => void,
  ) {
    this.#handle = this.#api.create(
      "CreateTensorAsOrtValue",
      allocator,
      new BigInt64Array(shape.map(BigInt)),
      BigInt(shape.length),
      ELEMENT_TYPES[dtype],
    );
  }

  get handle(): Deno.PointerObject {
    this.#lifetime.check();
    return this.#handle;
  }

  [Symbol.dispose](): void {
    this.#lifetime.end(() => {
      this.#api.release("ReleaseValue", this.#handle);
      this.onFreed();
    });
  }
}

/**
 * The memory of a device that is not the CPU. The runtime copies between memories
 * only when it runs: sessions of one node do the copying.
 */
export class DeviceMemory {
  readonly #api = OrtApi.open();
  readonly #provider: Provider;
  readonly #copiers = new Map<Copy, Session>();
  readonly #held = new DisposableStack();
  readonly #allocator: Deno.PointerObject;
  /** Allocated values: they must be freed before the allocator. */
  readonly #values = new Set<RuntimeValue>();

  /** @throws {RuntimeError} with the runtime's message, if the device is missing */
  constructor(provider: Provider) {
    this.#provider = provider;
    const api = this.#api;
    const info = this.#held.adopt(
      api.create(
        "CreateMemoryInfo",
        cString(MEMORY_NAMES[provider.name]),
        DEVICE_ALLOCATOR,
        0,
        DEFAULT_MEMORY,
      ),
      (info) => api.release("ReleaseMemoryInfo", info),
    );
    // The allocator lives on the session, which therefore stays open.
    const session = this.#copier(FLOATS);
    this.#allocator = this.#held.adopt(
      api.create("CreateAllocator", session.handle, info),
      (allocator) => api.release("ReleaseAllocator", allocator),
    );
  }

  /** Room for a tensor; its content is undefined. */
  allocate(dtype: DType, shape: readonly number[]): RuntimeValue {
    const value = new DeviceValue(this.#allocator, dtype, shape, () => {
      this.#values.delete(value);
    });
    this.#values.add(value);
    return value;
  }

  /** Copies an array into a tensor of the same type. */
  async write(value: RuntimeValue, array: NdArray): Promise<void> {
    const { dtype } = array;
    using host = new HostValue(dtype === "bool" ? numbersOf(array) : array);
    await this.#copy(COPIES[dtype].in, host, value);
  }

  /** Copies a tensor into an array of the same type. */
  async readInto(value: RuntimeValue, array: NdArray): Promise<void> {
    const { dtype, shape } = array;
    const copy = dtype === "bool" ? zeros(shape, "int32") : array;
    using host = new HostValue(copy);
    await this.#copy(COPIES[dtype].out, value, host);
    if (copy !== array) array.data.set(copy.data);
  }

  /** Frees all values and closes the device. */
  [Symbol.dispose](): void {
    for (const value of this.#values) value[Symbol.dispose]();
    this.#held[Symbol.dispose]();
  }

  async #copy(
    copy: Copy,
    from: RuntimeValue,
    to: RuntimeValue,
  ): Promise<void> {
    const session = this.#copier(copy);
    session.bindInput("from", from);
    session.bindOutput("to", to);
    try {
      await session.run();
    } finally {
      session.forgetBindings();
    }
  }

  #copier(copy: Copy): Session {
    const known = this.#copiers.get(copy);
    if (known) return known;
    const session = this.#held.use(
      new Session(copyModel(copy), {
        provider: this.#provider,
        config: NO_FALLBACK,
      }),
    );
    this.#copiers.set(copy, session);
    return session;
  }
}

/** A model that copies tensors of one element type and any shape. */
function copyModel({ from, to }: Copy): Uint8Array<ArrayBuffer> {
  return encodeOnnx({
    name: `copy ${from}`,
    nodes: [{
      operator: from === to ? "Identity" : "Cast",
      inputs: ["from"],
      outputs: ["to"],
      attributes: from === to ? {} : { to: { dtype: to } },
    }],
    initializers: [],
    inputs: [{ name: "from", dtype: from }],
    outputs: [{ name: "to", dtype: to }],
  });
}

function numbersOf({ shape, data }: NdArray): NdArray {
  return int32(shape, data);
}
