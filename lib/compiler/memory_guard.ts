import { peakBytes } from "./cost/mod.ts";
import type { Device } from "./device/device.ts";
import type { Graph } from "./ir/graph.ts";
import { NotEnoughMemoryError } from "./not_enough_memory_error.ts";
import { RuntimeError } from "./session/ort_api.ts";

/** How the runtime, a card's driver or the JavaScript engine say that memory ran out. */
const SHORTAGES =
  /failed to allocate memory|bad alloc|bad_alloc|out of memory|array buffer allocation failed|invalid (typed )?array (buffer )?length/i;

/**
 * Refuses a function whose values cannot fit into the memory that is free now,
 * before anything runs. The state is already there and does not count. Does
 * nothing where the device does not tell what is free.
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

/** Does work of a function; that memory ran out is told as what it is. */
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
