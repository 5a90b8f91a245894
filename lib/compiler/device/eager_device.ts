import * as tf from "@tensorflow/tfjs-core";
import {
  leavesOf,
  Lifetime,
  type NdArray,
  treeFrom,
  zeros,
} from "../../core/mod.ts";
import type { Graph, TensorType } from "../ir/graph.ts";
import { typeText } from "../ops/expect.ts";
import { isTensor } from "../trace/trace.ts";
import {
  type Definition,
  type Device,
  type DeviceName,
  DeviceTensor,
  type Executable,
  isDeviceTensor,
  type NamedArray,
} from "./device.ts";
import { checkNextLeaf, traceDefinition } from "./program.ts";

/** A tensor of a TF.js backend. */
class EagerTensor extends DeviceTensor {
  readonly #lifetime: Lifetime;
  readonly #device: Lifetime;

  constructor(
    readonly backend: string,
    device: Lifetime,
    public tensor: tf.Tensor,
  ) {
    super();
    this.#device = device;
    this.#lifetime = new Lifetime(`a tensor of ${typeText(typeOf(tensor))}`);
  }

  /** @throws {DisposedError} if the tensor or its device was disposed of */
  check(): void {
    this.#device.check();
    this.#lifetime.check();
  }

  get type(): TensorType {
    return typeOf(this.tensor);
  }

  async read(): Promise<NdArray> {
    this.check();
    return arrayFrom(this.tensor, await this.tensor.data());
  }

  // deno-lint-ignore require-await -- errors reject, as on other devices
  async write(array: NdArray): Promise<void> {
    this.check();
    const next = withBackend(this.backend, () => tensorFrom(array));
    this.tensor.dispose();
    this.tensor = next;
  }

  [Symbol.dispose](): void {
    this.#lifetime.end(() => this.tensor.dispose());
  }
}

/** A device that runs functions eagerly on a backend of TF.js; nothing is traced. */
export class EagerDevice implements Device {
  readonly #lifetime: Lifetime;

  /** @param backend A backend that is registered with TF.js. */
  constructor(
    readonly name: DeviceName,
    readonly description: string,
    readonly backend: string,
    readonly threads: number,
    readonly inProcess = true,
  ) {
    this.#lifetime = new Lifetime(`device "${name}"`);
  }

  /** TensorFlow does not report it. */
  freeBytes(): undefined {
    return undefined;
  }

  // deno-lint-ignore require-await -- errors reject, as on other devices
  async upload(array: NdArray): Promise<DeviceTensor> {
    this.#lifetime.check();
    const tensor = withBackend(this.backend, () => tensorFrom(array));
    return new EagerTensor(this.backend, this.#lifetime, tensor);
  }

  load(definition: Definition): Executable {
    this.#lifetime.check();
    return new EagerFunction(definition, this.backend, this.#lifetime);
  }

  [Symbol.dispose](): void {
    this.#lifetime.end();
  }
}

class EagerFunction implements Executable {
  readonly #definition: Definition;
  readonly #backend: string;
  readonly #state: readonly (readonly [string, EagerTensor])[];
  readonly #lifetime: Lifetime;
  readonly #device: Lifetime;

  constructor(definition: Definition, backend: string, device: Lifetime) {
    this.#device = device;
    this.#lifetime = new Lifetime(`function "${definition.name}"`);
    this.#definition = definition;
    this.#backend = backend;
    const { name, state } = definition;
    this.#state = leavesOf(state, isDeviceTensor).map(([path, tensor]) => {
      if (!(tensor instanceof EagerTensor) || tensor.backend !== backend) {
        throw new TypeError(
          `Cannot run "${name}": the state must be on the function's ` +
            `device: "${path}" is on another; upload it there`,
        );
      }
      return [path, tensor] as const;
    });
  }

  get graph(): Graph {
    return traceDefinition(this.#definition);
  }

  async run(inputs: readonly NamedArray[]): Promise<NamedArray[]> {
    this.#device.check();
    this.#lifetime.check();
    for (const [, tensor] of this.#state) tensor.check();
    const { next, outputs } = withBackend(
      this.#backend,
      () => this.#compute(inputs),
    );
    const current = new Map(this.#state);
    for (const [path, tensor] of next) {
      const held = current.get(path)!;
      held.tensor.dispose();
      held.tensor = tensor;
    }
    const results: NamedArray[] = [];
    for (const [path, tensor] of outputs) {
      results.push([path, arrayFrom(tensor, await tensor.data())]);
      tensor.dispose();
    }
    return results;
  }

  [Symbol.dispose](): void {
    this.#lifetime.end();
  }

  /** Runs the function and disposes of all tensors but its results. */
  #compute(inputs: readonly NamedArray[]): {
    next: [string, tf.Tensor][];
    outputs: [string, tf.Tensor][];
  } {
    const { name, fn } = this.#definition;
    let next: [string, tf.Tensor][] = [];
    let outputs: [string, tf.Tensor][] = [];
    tf.tidy(() => {
      const given = inputs.map(([path, array]) =>
        [path, tensorFrom(array)] as const
      );
      const result = fn(
        treeFrom(this.#state.map(([path, x]) => [path, x.tensor])),
        treeFrom(given),
      );
      // A copy for each place, all over one memory: an output may be an input,
      // or an output twice.
      const own = (tree: unknown): [string, tf.Tensor][] =>
        leavesOf(tree, isTensor).map(([path, x]) => [path, tf.keep(x.clone())]);
      const types = new Map(this.#state.map(([path, x]) => [path, x.type]));
      for (const [path, tensor] of leavesOf(result.state ?? {}, isTensor)) {
        checkNextLeaf(name, path, types.get(path), typeOf(tensor));
      }
      next = own(result.state ?? {});
      outputs = own(result.outputs);
    });
    return { next, outputs };
  }
}

/** Does synchronous work with a backend, then restores that of TF.js. */
function withBackend<T>(backend: string, work: () => T): T {
  const previous = tf.engine().backendName;
  void tf.setBackend(backend);
  try {
    return work();
  } finally {
    if (previous) void tf.setBackend(previous);
  }
}

function tensorFrom({ data, shape, dtype }: NdArray): tf.Tensor {
  return tf.tensor(data.slice(), [...shape], dtype);
}

function typeOf({ dtype, shape }: tf.Tensor): TensorType {
  return { dtype, shape } as TensorType;
}

function arrayFrom(
  { dtype, shape }: tf.Tensor,
  values: ArrayLike<number>,
): NdArray {
  const array = zeros(shape, dtype as NdArray["dtype"]);
  array.data.set(values);
  return array;
}
