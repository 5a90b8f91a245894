import { createHash } from "node:crypto";
import { isDeviceTensor, TensorReader } from "../../compiler/mod.ts";
import { leavesOf, RunFailedError, type StopReason } from "../../core/mod.ts";
import { joined, type Ranks } from "../../ranks/mod.ts";

/** A request between two steps. */
export type Request =
  | { readonly kind: "save" }
  | { readonly kind: "stop"; readonly reason: StopReason };

/** Each kind of request by its number on the wire, the strongest last. */
const REQUESTS: readonly (Request | undefined)[] = [
  undefined,
  { kind: "save" },
  { kind: "stop", reason: "time" },
  { kind: "stop", reason: "stop file" },
  { kind: "stop", reason: "interrupt" },
];

/**
 * What all ranks do after a step: a signal to any of them stops all, and the
 * first one's request and clock count for all.
 */
export async function agreed(
  ranks: Ranks,
  { isInterrupted, request, isDue }: {
    readonly isInterrupted: boolean;
    readonly request: Request | undefined;
    /** Whether it is time to save. */
    readonly isDue: boolean;
  },
): Promise<Request | undefined> {
  const own: Request | undefined = isInterrupted
    ? { kind: "stop", reason: "interrupt" }
    : ranks.rank > 0
    ? undefined
    : request ?? (isDue ? { kind: "save" } : undefined);
  if (ranks.size === 1) return own;
  const number = REQUESTS.findIndex((other) =>
    other?.kind === own?.kind &&
    (other?.kind !== "stop" || own?.kind !== "stop" ||
      other.reason === own.reason)
  );
  return REQUESTS[Math.max(...await joined(ranks, Float32Array.of(number)))];
}

/**
 * Compares the parameters of all ranks, which must be equal bit for bit.
 *
 * @param parameters A tree of tensors on a device.
 * @throws {RunFailedError} naming the ranks that differ from the first
 */
export async function assertEqualStates(
  ranks: Ranks,
  parameters: unknown,
  when: string,
): Promise<void> {
  if (ranks.size === 1) return;
  const hash = createHash("sha256");
  const reader = new TensorReader();
  for (const [, tensor] of leavesOf(parameters, isDeviceTensor)) {
    const { data } = await reader.read(tensor);
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  // 24 bits: float32 holds them exactly.
  const own = hash.digest().readUIntBE(0, 3);
  const all = await joined(ranks, Float32Array.of(own));
  const others = [...all.keys()].filter((rank) => all[rank] !== all[0]);
  if (others.length === 0) return;
  throw new RunFailedError(
    `${when}: the parameters of all ranks must be equal: those of rank ` +
      `${others.join(", ")} differ from those of rank 0: a machine computes ` +
      "wrongly, or the machines differ in processor or packages; the last " +
      "checkpoint is kept: leave that machine out and run the same command",
  );
}
