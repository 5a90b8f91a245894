import { newNotebook, type Notebook } from "../../formats/notebook/mod.ts";

/** A notebook to begin with: knobs, work, and what it promises. */
export function templateNotebook(name: string): Notebook {
  return newNotebook([
    {
      cell_type: "markdown",
      source: `# ${name.replace(/^\d+_/, "").replaceAll("_", " ")}\n\n` +
        "What is asked, and which decision hangs on the answer.",
    },
    {
      cell_type: "code",
      tags: ["parameters"],
      source: `const out = "runs/${name}"; // folder of the run
const preset: "tiny" | "nano" = "tiny"; // size of the models`,
    },
    {
      cell_type: "code",
      source: `import assert from "node:assert/strict";
import { openDisplay } from "lib/notebook/mod.ts";

const show = await openDisplay();`,
    },
    {
      cell_type: "code",
      source: `await show.table({
  columns: ["setting", "value"],
  rows: [["preset", preset], ["folder", out]],
});`,
    },
    {
      cell_type: "code",
      source: "// What this notebook promised.\nassert.ok(out.length > 0);",
    },
  ]);
}
