import * as z from "zod";

/** Flags of `deno task lab`. */
export const labFlags = z.strictObject({
  app: z.enum(["lab", "notebook"], "must be lab or notebook").optional()
    .describe(
      "which one to open (default JupyterLab, or Notebook where that is not installed)",
    ),
  port: z.coerce.number("must be a number").int("must be whole").min(
    1,
    "must be at least 1",
  ).max(65_535, "must be at most 65535").optional().describe(
    "where it listens (default what Jupyter chooses)",
  ),
  browser: z.enum(["true", "false"], "must be true or false").default("true")
    .transform((text) => text === "true").describe(
      "whether to open a browser; without, Jupyter prints the address",
    ),
  installOnly: z.boolean().default(false).describe(
    "only make the kernel known, for an editor that brings its own Jupyter",
  ),
});

/** The same, checked. */
export type LabOptions = z.infer<typeof labFlags>;
