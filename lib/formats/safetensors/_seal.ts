import { createHash } from "node:crypto";

export type Metadata = Readonly<Record<string, string>>;

/** Name and shape of each tensor; other fields do not count. */
export type Shapes = Iterable<
  readonly [name: string, tensor: { readonly shape: readonly number[] }]
>;

/** Metadata with its seal. */
export function withSeal<M extends Metadata>(
  metadata: M,
  tensors: Shapes,
): M & { readonly seal: string } {
  return { ...metadata, seal: sealOf(metadata, tensors) };
}

/** The checksum of metadata, and of names and shapes of tensors. */
export function sealOf(metadata: Metadata, tensors: Shapes): string {
  const shapes = [...tensors].map(([name, { shape }]) => [name, shape]);
  // By name: tensors without values have no order in a file.
  const content = [Object.entries(metadata), shapes].map((list) =>
    list.map((entry) => JSON.stringify(entry)).sort()
  );
  return createHash("sha256").update(JSON.stringify(content)).digest("hex");
}
