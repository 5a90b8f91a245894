import { createHash } from "node:crypto";
import { writeFileAtomically } from "../../core/mod.ts";
import { encodeOnnx, encodeWithExternalData } from "./encode.ts";
import type { OnnxGraph, OnnxTensor } from "./model.ts";

/** A protobuf message holds less than 2 GiB; the rest is for the graph. */
const MOST_INSIDE = 1.8 * 2 ** 30;
/** Readers map the file into memory by pages of this many bytes. */
const ALIGNMENT = 65_536;

/**
 * Writes a graph as an `.onnx` file. Tensors of more than 1.8 GiB in all go to a
 * second file beside it, `NAME.onnx.DIGEST.data`, as the format requires.
 *
 * The digest of the content in its name keeps a model from reading the tensors of
 * another; the tensors of an earlier model of the same name are removed.
 *
 * @param mostInside Bytes of tensors above which the second file is made.
 *
 * @example
 * ```ts
 * import { writeOnnx } from "lib/formats/onnx/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const x = { name: "x", dtype: "float32", shape: [2] } as const;
 * const folder = await Deno.makeTempDir();
 * await writeOnnx(`${folder}/negate.onnx`, {
 *   name: "negate",
 *   nodes: [{ operator: "Neg", inputs: ["x"], outputs: ["y"], attributes: {} }],
 *   initializers: [],
 *   inputs: [x],
 *   outputs: [{ ...x, name: "y" }],
 * });
 * assert.ok((await Deno.stat(`${folder}/negate.onnx`)).size > 20);
 * ```
 */
export async function writeOnnx(
  path: string,
  graph: OnnxGraph,
  { mostInside = MOST_INSIDE }: { readonly mostInside?: number } = {},
): Promise<void> {
  const tensors = graph.initializers;
  const bytes = tensors.reduce((sum, t) => sum + t.bytes.byteLength, 0);
  const name = path.slice(path.lastIndexOf("/") + 1);
  const folder = path.slice(0, path.length - name.length) || "./";
  if (bytes <= mostInside) {
    await writeFileAtomically(path, encodeOnnx(graph));
    await removeOthers(folder, name, undefined);
    return;
  }
  const location = `${name}.${digestOf(tensors)}.data`;
  const { chunks, offsets } = aligned(tensors);
  await writeFileAtomically(folder + location, chunks);
  await writeFileAtomically(
    path,
    encodeWithExternalData(
      graph,
      (tensor) => ({ location, offset: offsets.get(tensor)! }),
    ),
  );
  await removeOthers(folder, name, location);
}

/** The tensors' bytes one after the other, each at the start of a page. */
function aligned(
  tensors: readonly OnnxTensor[],
): { chunks: Uint8Array[]; offsets: Map<OnnxTensor, number> } {
  const chunks: Uint8Array[] = [];
  const offsets = new Map<OnnxTensor, number>();
  let at = 0;
  for (const tensor of tensors) {
    const padding = (ALIGNMENT - at % ALIGNMENT) % ALIGNMENT;
    if (padding > 0) chunks.push(new Uint8Array(padding));
    offsets.set(tensor, at + padding);
    chunks.push(tensor.bytes);
    at += padding + tensor.bytes.byteLength;
  }
  return { chunks, offsets };
}

function digestOf(tensors: readonly OnnxTensor[]): string {
  const hash = createHash("sha256");
  for (const { bytes } of tensors) hash.update(bytes);
  return hash.digest("hex").slice(0, 12);
}

/** Removes the tensors of earlier models of this name. */
async function removeOthers(
  folder: string,
  name: string,
  kept: string | undefined,
): Promise<void> {
  const others: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    const digest = entry.name.startsWith(`${name}.`)
      ? entry.name.slice(name.length + 1)
      : "";
    if (/^[0-9a-f]{12}\.data$/.test(digest) && entry.name !== kept) {
      others.push(entry.name);
    }
  }
  for (const other of others) await Deno.remove(folder + other);
}
