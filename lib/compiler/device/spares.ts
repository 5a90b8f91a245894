import type { TensorType } from "../ir/graph.ts";
import { typeText } from "../ops/expect.ts";
import type { RuntimeValue } from "../session/host_value.ts";

/**
 * Memory for the next values of state that cannot be replaced in place. A tensor
 * takes a spare for a run and afterwards gives back what it no longer needs, so
 * that programs that run one after another share their spares.
 */
export class Spares {
  readonly #free = new Map<string, RuntimeValue[]>();

  /** A free spare of a type, or a new one. */
  take(type: TensorType, allocate: () => RuntimeValue): RuntimeValue {
    return this.#free.get(typeText(type))?.pop() ?? allocate();
  }

  /** Gives memory of a type back. */
  put(type: TensorType, value: RuntimeValue): void {
    const key = typeText(type);
    const free = this.#free.get(key);
    if (free) free.push(value);
    else this.#free.set(key, [value]);
  }

  /** Frees a spare of a type, if there is one: a tensor of it has ended. */
  release(type: TensorType): void {
    this.#free.get(typeText(type))?.pop()?.[Symbol.dispose]();
  }
}
