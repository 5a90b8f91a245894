/**
 * The header of a file as LTX-2 is published, made from the inventory.
 *
 * @module
 */
import { sizeOf } from "lib/core/mod.ts";
import { componentsOf, LTX2 } from "lib/ltx2/mod.ts";

/** A tensor on its way into a header. */
export interface Field {
  readonly dtype: "BF16" | "F8_E4M3" | "F32";
  readonly shape: readonly number[];
}

const BYTES = { BF16: 2, F8_E4M3: 1, F32: 4 } as const;

/** Blocks that are quantised: 42 of 48, as the count of names has it. */
export const QUANTISED = Array.from({ length: 42 }, (_, i) => i + 1);

/** The tensors of the fp8 file: all but the upscaler, which has its own. */
export function publishedFields(): Map<string, Field> {
  const fields = new Map<string, Field>();
  for (const { name, prefixes, tensors } of componentsOf(LTX2)) {
    if (name === "upscaler") continue;
    for (const tensor of tensors) {
      const full = prefixes[0] + tensor.name;
      const block = /^transformer_blocks\.(\d+)\./.exec(tensor.name)?.[1];
      const quantised = tensor.name.endsWith(".weight") &&
        tensor.shape.length === 2 && QUANTISED.includes(Number(block));
      fields.set(full, {
        dtype: quantised ? "F8_E4M3" : "BF16",
        shape: tensor.shape,
      });
      if (!quantised) continue;
      for (const scale of ["weight_scale", "input_scale"]) {
        fields.set(full.replace(/weight$/, scale), { dtype: "F32", shape: [] });
      }
    }
  }
  fields.set("audio_vae.decoder.conv_in.conv.weight", bf16(128, 8, 3, 3));
  fields.set("vocoder.conv_pre.weight", bf16(1024, 128, 7));
  fields.set("vocoder.conv_pre.bias", bf16(1024));
  return fields;
}

/** A tensor in bfloat16. */
export function bf16(...shape: number[]): Field {
  return { dtype: "BF16", shape };
}

/** The JSON of a header, and the bytes of data that it describes. */
export function headerOf(
  fields: ReadonlyMap<string, Field>,
): { json: string; dataBytes: number } {
  let offset = 0;
  const json = JSON.stringify(Object.fromEntries(
    [...fields].map(([name, { dtype, shape }]) => {
      const begin = offset;
      offset += sizeOf(shape) * BYTES[dtype];
      return [name, { dtype, shape, data_offsets: [begin, offset] }];
    }),
  ));
  return { json, dataBytes: offset };
}

/**
 * Writes a file of full size whose data are a hole: 27 GB that take no room.
 */
export async function writeSparse(
  path: string,
  fields: ReadonlyMap<string, Field>,
): Promise<void> {
  const { json, dataBytes } = headerOf(fields);
  const text = new TextEncoder().encode(json);
  const head = new Uint8Array(8 + text.length);
  new DataView(head.buffer).setBigUint64(0, BigInt(text.length), true);
  head.set(text, 8);
  await Deno.writeFile(path, head);
  await Deno.truncate(path, head.length + dataBytes);
}
