import { bytesText, InputError } from "../core/mod.ts";
import { peakBytes } from "./cost/peak_bytes.ts";
import type { Device } from "./device/device.ts";
import type { Graph } from "./ir/graph.ts";
import { RuntimeError } from "./session/ort_api.ts";

/** A program, and the memory that it needs and has. */
interface MemoryShortage {
  /** Name of a compiled function, or "the state". */
  readonly program: string;
  readonly device: string;
  /** Undefined where only the failure itself is known. */
  readonly neededBytes: number | undefined;
  /** Undefined where the device does not report it. */
  readonly availableBytes: number | undefined;
}

/**
 * Too little memory for a compiled function: thrown before the first run where
 * the device reports its free memory, else by the failed run.
 *
 * @example
 * ```ts
 * import { NotEnoughMemoryError } from "lib/compiler/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const error = new NotEnoughMemoryError({
 *   program: "train",
 *   device: "cpu",
 *   neededBytes: 12e9,
 *   availableBytes: 8e9,
 * });
 * assert.match(error.message, /"train" on cpu: needs 12\.0 GB, 8\.00 GB available/);
 * ```
 */
export class NotEnoughMemoryError extends InputError implements MemoryShortage {
  override readonly name = "NotEnoughMemoryError";
  readonly program: string;
  readonly device: string;
  readonly neededBytes: number | undefined;
  readonly availableBytes: number | undefined;

  constructor(shortage: MemoryShortage, options?: ErrorOptions) {
    const { program, device, neededBytes, availableBytes } = shortage;
    const textOf = (bytes: number | undefined): string =>
      bytes === undefined ? "an unknown amount" : bytesText(bytes);
    super(
      `Not enough memory to run "${program}" on ${device}: needs ` +
        `${textOf(neededBytes)}, ${textOf(availableBytes)} available; split ` +
        `the batch into smaller microbatches, recompute blocks in the backward ` +
        `pass (remat), or take a smaller preset`,
      options,
    );
    this.program = program;
    this.device = device;
    this.neededBytes = neededBytes;
    this.availableBytes = availableBytes;
  }
}

/** Messages of the runtime, a card's driver or the JavaScript engine when memory runs out. */
const SHORTAGES =
  /failed to allocate memory|bad alloc|bad_alloc|out of memory|array buffer allocation failed|invalid (typed )?array (buffer )?length/i;

/**
 * Throws before a run if the values of a function do not fit into the free
 * memory. Its state is allocated already and does not count. Does nothing where
 * the device does not report its free memory.
 *
 * @throws {NotEnoughMemoryError}
 */
export function checkFits(
  program: string,
  device: Device,
  graphOf: () => Graph,
): void {
  const availableBytes = device.freeBytes();
  if (availableBytes === undefined) return;
  const neededBytes = peakBytes(graphOf());
  if (neededBytes <= availableBytes) return;
  throw new NotEnoughMemoryError({
    program,
    device: device.name,
    neededBytes,
    availableBytes,
  });
}

/** Runs work and turns its failures for want of memory into {@link NotEnoughMemoryError}. */
export async function namingShortage<T>(
  program: string,
  device: Device,
  graphOf: () => Graph | undefined,
  work: () => T | Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const ranOut = (error instanceof RuntimeError ||
      error instanceof RangeError) && SHORTAGES.test(error.message);
    if (!ranOut) throw error;
    const graph = graphOf();
    throw new NotEnoughMemoryError({
      program,
      device: device.name,
      neededBytes: graph && peakBytes(graph),
      availableBytes: device.freeBytes(),
    }, { cause: error });
  }
}
