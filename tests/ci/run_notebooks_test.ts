import assert from "node:assert/strict";
import { chainsOf, flagsFor } from "../../.ci/run_notebooks.ts";

Deno.test("flagsFor() moves folders of runs, and nothing else", () => {
  const parameter = (name: string, fallback: string | number) => ({
    name,
    fallback,
    choices: undefined,
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

Deno.test("chainsOf() keeps notebooks that share a folder together, in order", () => {
  const run = (file: string, ...folders: string[]) => ({
    file,
    flags: ["--steps", "4", ...folders.flatMap((path) => ["--x", path])],
  });
  const runs = [
    run("a", "runs/n/a"),
    run("b", "runs/n/tiny"),
    run("c", "runs/n/report"),
    run("d", "runs/n/tiny"),
    run("e", "runs/n/tiny/vae.safetensors", "runs/n/report"),
    run("f", "checkpoints/tiny"),
  ];
  assert.deepEqual(
    chainsOf(runs, "runs/n").map((chain) => chain.map(({ file }) => file)),
    [["b", "c", "d", "e"], ["a"], ["f"]],
  );
});
