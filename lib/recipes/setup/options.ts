import * as z from "zod";

/** Flags of `deno task setup tfjs-gpu`. */
export const setupFlags = z.strictObject({
  tensorflow: z.string().min(1).optional().describe(
    "folder of a TensorFlow library: a Python environment, the folder " +
      "tensorflow of a wheel, or the unpacked C library; without it the usual " +
      "places are looked at",
  ),
});

/** The same, checked. */
export type SetupOptions = z.infer<typeof setupFlags>;
