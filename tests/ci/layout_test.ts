import assert from "node:assert/strict";
import { MAY_IMPORT } from "../../.ci/layer_table.ts";

Deno.test("every folder may import only folders above it in the table", () => {
  const above: string[] = [];
  for (const [folder, allowed] of Object.entries(MAY_IMPORT)) {
    assert.deepEqual(
      allowed.filter((other) => !above.includes(other)),
      [],
      `${folder} names a folder that comes later`,
    );
    above.push(folder);
  }
});

Deno.test("docs/layout.md shows the table that is enforced", async () => {
  const text = await Deno.readTextFile(
    new URL("../../docs/layout.md", import.meta.url),
  );
  const rows = text.matchAll(/^\| `(\w+)\/` +\|[^|]+\| ([^|]+?) +\|$/gm);
  const shown = Array.from(rows, ([, folder, allowed]) => [folder, allowed]);
  const enforced = Object.entries(MAY_IMPORT).map(([folder, allowed]) => [
    folder,
    allowed.length === 0
      ? "nothing of ours"
      : allowed.length === Object.keys(MAY_IMPORT).length - 1
      ? "all of them"
      : allowed.join(", "),
  ]);
  assert.deepEqual(shown, enforced);
});

Deno.test("git keeps nothing of data/ but its README: examples write there", async () => {
  const text = await Deno.readTextFile(
    new URL("../../.gitignore", import.meta.url),
  );
  const lines = text.split("\n");
  assert.ok(lines.includes("/data/*") && lines.includes("!/data/README.md"));
});
