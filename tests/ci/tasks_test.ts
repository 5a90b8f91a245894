import assert from "node:assert/strict";

const { tasks, nodeModulesDir } = JSON.parse(
  await Deno.readTextFile(new URL("../../deno.json", import.meta.url)),
) as {
  tasks: Record<string, { description: string; command: string }>;
  nodeModulesDir: string;
};

Deno.test("a task fetches the packages before it runs code that needs them", () => {
  // Any other mode would let `deno task` itself fetch them, a line for each.
  assert.equal(nodeModulesDir, "manual");
  for (const [name, { command }] of Object.entries(tasks)) {
    if (!/^deno (run|test|check)|&& deno (run|test|check)/.test(command)) {
      continue;
    }
    assert.match(command, /^deno task -q packages && /, name);
  }
});

Deno.test("the README and docs/ name only tasks that exist", async () => {
  const files = ["README.md"];
  for await (const { name } of Deno.readDir("docs")) {
    if (name.endsWith(".md")) files.push(`docs/${name}`);
  }
  for (const file of files) {
    const text = await Deno.readTextFile(file);
    // Old names stand in the log of what was tried.
    if (file === "docs/log.md") continue;
    for (
      const [, name = ""] of text.matchAll(
        /\bdeno(?:@[\d.]+)? task ([a-z][\w:]*)/g,
      )
    ) {
      assert.ok(Object.hasOwn(tasks, name), `${file}: deno task ${name}`);
    }
  }
});
