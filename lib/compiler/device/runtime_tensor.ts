import { type NdArray, sameShape } from "../../core/mod.ts";
import type { TensorType } from "../ir/graph.ts";
import { typeText } from "../ops/expect.ts";
import type { RuntimeValue } from "../session/host_value.ts";
import type { UploadOptions } from "./device.ts";
import type { Memory } from "./memory.ts";
import { DeviceTensor } from "./tensor.ts";

/** A tensor in the memory of one of the runtime's devices. */
export class RuntimeTensor extends DeviceTensor {
  #current: RuntimeValue;
  /** Second memory, for values that cannot be replaced in place. */
  #spare: RuntimeValue | undefined;

  private constructor(
    readonly memory: Memory,
    readonly type: TensorType,
    current: RuntimeValue,
  ) {
    super();
    this.#current = current;
  }

  /** Copies an array into the memory, or shares it. */
  static async from(
    memory: Memory,
    array: NdArray,
    { share = false }: UploadOptions = {},
  ): Promise<RuntimeTensor> {
    const { dtype, shape } = array;
    const type = { dtype, shape };
    if (share && memory.share) {
      return new RuntimeTensor(memory, type, memory.share(array));
    }
    return await memory.turns.take(async () => {
      const value = memory.allocate(type);
      await memory.write(value, array);
      return new RuntimeTensor(memory, type, value);
    });
  }

  read(): Promise<NdArray> {
    const { memory } = this;
    return memory.turns.take(() => memory.read(this.#current, this.type));
  }

  async write(array: NdArray): Promise<void> {
    const { dtype, shape } = array;
    if (dtype !== this.type.dtype || !sameShape(shape, this.type.shape)) {
      throw new TypeError(
        `Cannot write to a tensor of ${typeText(this.type)}: the array must ` +
          `have the same type: current type is ${typeText({ dtype, shape })}`,
      );
    }
    const { memory } = this;
    await memory.turns.take(() => memory.write(this.#current, array));
  }

  /** What a session reads. */
  get bound(): RuntimeValue {
    return this.#current;
  }

  /** Other memory for the next values, until {@link RuntimeTensor.swap}; to be called in one's turn. */
  get spare(): RuntimeValue {
    return this.#spare ??= this.memory.allocate(this.type);
  }

  /** Makes the spare memory the current one, and the other way round. */
  swap(): void {
    [this.#current, this.#spare] = [this.spare, this.#current];
  }

  [Symbol.dispose](): void {
    const [current, spare] = [this.#current, this.#spare];
    this.memory.turns.soon(() => {
      current[Symbol.dispose]();
      spare?.[Symbol.dispose]();
    });
  }
}
