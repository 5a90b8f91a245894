import assert from "node:assert/strict";
import { flagsFor } from "../../.ci/run_notebooks.ts";

Deno.test("flagsFor() moves folders of runs, and nothing else", () => {
  const parameter = (name: string, fallback: string | number) => ({
    name,
    fallback,
    type: undefined,
    description: "",
  });
  assert.deepEqual(
    flagsFor([
      parameter("out", "runs/tiny"),
      parameter("models", "runs/tiny"),
      parameter("prompt", "a runs/ here"),
      parameter("steps", 10),
    ], "runs/new"),
    ["--out", "runs/new/tiny", "--models", "runs/new/tiny"],
  );
});
