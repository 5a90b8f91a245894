import * as z from "zod";
import { readText } from "../../formats/text/mod.ts";

const projectSchema = z.object({
  version: z.string(),
  imports: z.record(z.string(), z.string()),
  tasks: z.record(z.string(), z.object({ description: z.string() })),
});

/** Version, packages and tasks of this project, from its `deno.json`. */
export async function readProject(): Promise<z.infer<typeof projectSchema>> {
  return projectSchema.parse(JSON.parse(await readText("deno.json")));
}
