import * as z from "zod";

/** Low-rank adapters as plain data. */
export const loraConfigSchema = z.strictObject({
  rank: z.int().min(1).describe("inner width of an adapter"),
  alpha: z.number().positive().describe(
    "the product is scaled by alpha / rank",
  ),
  targets: z.array(z.string()).min(1).readonly().describe("what is adapted"),
}).readonly();

/** The same, checked. */
export type LoraConfig = z.infer<typeof loraConfigSchema>;

/** Factor on the product of an adapter (Hu et al. 2021, section 4.1). */
export function loraScale({ alpha, rank }: LoraConfig): number {
  return alpha / rank;
}
