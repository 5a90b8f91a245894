import { newNotebook, type Notebook } from "../../formats/notebook/mod.ts";

/** A notebook with parameters, work and a last assertion. */
export function templateNotebook(name: string): Notebook {
  return newNotebook([
    {
      cell_type: "markdown",
      source: `# ${name.replace(/^\d+_/, "").replaceAll("_", " ")}\n\n` +
        "The question of this notebook, and the decision that depends on it.",
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
      source: "// The claims of this notebook.\nassert.ok(out.length > 0);",
    },
  ]);
}
