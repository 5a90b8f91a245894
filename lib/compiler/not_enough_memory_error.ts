import { InputError } from "../core/mod.ts";

/** What was to be done, and why it cannot. */
export interface MemoryShortage {
  /** What does not fit: the name of a compiled function, or "the state". */
  readonly program: string;
  readonly device: string;
  /** Bytes that it takes; undefined where only the failure itself is known. */
  readonly neededBytes: number | undefined;
  /** Bytes that are free; undefined where the device does not tell. */
  readonly availableBytes: number | undefined;
}

/**
 * There is too little memory for a compiled function or for its state: told
 * before the first run where the device knows how much is free, else by the
 * failed run.
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
 * assert.match(error.message, /"train" on cpu: .* 12\.0 GB, free are 8\.00 GB/);
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
    super(
      `Cannot run "${program}" on ${device}: what it computes must fit into ` +
        `the free memory: it needs ${bytesText(neededBytes)}, free are ` +
        `${bytesText(availableBytes)}; split the batch into smaller ` +
        `micro-batches, recompute blocks in the backward pass (checkpoint), ` +
        `or take a smaller preset`,
      options,
    );
    this.program = program;
    this.device = device;
    this.neededBytes = neededBytes;
    this.availableBytes = availableBytes;
  }
}

/** Bytes for people: `1.50 GB`, with three digits. */
export function bytesText(bytes: number | undefined): string {
  if (bytes === undefined) return "an unknown amount";
  const rounded = Number(bytes.toPrecision(3));
  const units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];
  const power = rounded < 1 ? 0 : Math.floor(Math.log10(rounded) / 3);
  const value = rounded / 1000 ** power;
  return `${power === 0 ? value : value.toPrecision(3)} ${units[power]}`;
}
