import { Lifetime, type NdArray, zeros } from "../../core/mod.ts";
import type { TensorType } from "../ir/graph.ts";
import { sameType, typeText } from "../ops/expect.ts";
import type { RuntimeValue } from "../session/host_value.ts";
import { DeviceTensor, type UploadOptions } from "./device.ts";
import type { Memory } from "./memory.ts";

/** A tensor in the memory of one of the runtime's devices. */
export class RuntimeTensor extends DeviceTensor {
  /** Undefined while the memory is given back. */
  #current: RuntimeValue | undefined;
  /** Memory of the next values, during a run. */
  #spare: RuntimeValue | undefined;
  readonly #lifetime: Lifetime;
  readonly #device: Lifetime;

  private constructor(
    readonly memory: Memory,
    device: Lifetime,
    readonly type: TensorType,
    current: RuntimeValue,
  ) {
    super();
    this.#device = device;
    this.#lifetime = new Lifetime(`a tensor of ${typeText(type)}`);
    this.#current = current;
  }

  /**
   * Copies an array into the memory, or shares it.
   *
   * @param device Lifetime of the device, with which the tensor ends.
   */
  static async from(
    memory: Memory,
    device: Lifetime,
    array: NdArray,
    { share = false }: UploadOptions = {},
  ): Promise<RuntimeTensor> {
    const { dtype, shape } = array;
    const type = { dtype, shape };
    if (share && memory.share) {
      return new RuntimeTensor(memory, device, type, memory.share(array));
    }
    return await memory.turns.take(async () => {
      const value = memory.allocate(type);
      await memory.write(value, array);
      return new RuntimeTensor(memory, device, type, value);
    });
  }

  /**
   * Keeps the memory until the use is disposed of.
   *
   * @throws {DisposedError} if the tensor or its device was disposed of
   */
  use(): Disposable {
    using uses = new DisposableStack();
    uses.use(this.#device.use());
    uses.use(this.#lifetime.use());
    return uses.move();
  }

  async read(): Promise<NdArray> {
    const array = zeros(this.type.shape, this.type.dtype);
    await this.readInto(array);
    return array;
  }

  override async readInto(array: NdArray): Promise<void> {
    this.#checkType(array, "read");
    using _use = this.use();
    const { memory } = this;
    await memory.turns.take(() => memory.readInto(this.bound, array));
  }

  async write(array: NdArray): Promise<void> {
    this.#checkType(array, "write to");
    using _use = this.use();
    const { memory } = this;
    await memory.turns.take(() => {
      this.#current ??= memory.allocate(this.type);
      return memory.write(this.#current, array);
    });
  }

  /** In the memory of the process the values stay: it is the array's own. */
  override release(): void {
    if (this.memory.share) return;
    this.memory.turns.soon(() => {
      this.#current?.[Symbol.dispose]();
      this.#current = undefined;
    });
  }

  /** The values to bind to a session. */
  get bound(): RuntimeValue {
    if (this.#current) return this.#current;
    throw new Error(
      `Cannot read a tensor of ${typeText(this.type)} whose memory was given ` +
        "back: write to it first",
    );
  }

  #checkType(array: NdArray, action: string): void {
    if (sameType(array, this.type)) return;
    throw new TypeError(
      `Cannot ${action} a tensor of ${typeText(this.type)}: the array must ` +
        `have the same type: current type is ${typeText(array)}`,
    );
  }

  /** Memory for the next values, until {@link RuntimeTensor.swap}; within a turn. */
  get spare(): RuntimeValue {
    const { memory, type } = this;
    return this.#spare ??= memory.spares.take(
      type,
      () => memory.allocate(type),
    );
  }

  /** Makes the spare the current memory, and gives that back. */
  swap(): void {
    const before = this.bound;
    this.#current = this.spare;
    this.#spare = undefined;
    this.memory.spares.put(this.type, before);
  }

  [Symbol.dispose](): void {
    this.#lifetime.end(() =>
      this.memory.turns.soon(() => {
        this.#current?.[Symbol.dispose]();
        this.#spare?.[Symbol.dispose]();
        this.memory.spares.release(this.type);
      })
    );
  }
}
