import assert from "node:assert/strict";
import { sourceFilesUnder } from "../../.ci/module_graph.ts";

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
  const files = await sourceFilesUnder(".", "docs", /\.md$/);
  for (const file of ["README.md", ...files]) {
    // Old names stand in the log of what was tried.
    if (file === "docs/log.md") continue;
    const text = await Deno.readTextFile(file);
    for (
      const [, name = ""] of text.matchAll(
        /\bdeno(?:@[\d.]+)? task ([a-z][\w:-]*)/g,
      )
    ) {
      assert.ok(Object.hasOwn(tasks, name), `${file}: deno task ${name}`);
    }
  }
});

Deno.test("the README begins with a command that draws, and one that .ci/run calls", async () => {
  const readme = await Deno.readTextFile("README.md");
  const [, block = ""] = /^```sh\n([^]*?)^```$/m.exec(readme) ?? [];
  const commands = block.trim().split("\n")
    .map((line) => line.replace(/\s+#.*/, ""));
  assert.match(commands[0]!, /^npx -y deno@\S+ task generate "/);
  const script = await Deno.readTextFile(".ci/run");
  const [, version] = /^readonly version=(\S+)$/m.exec(script) ?? [];
  assert.equal(commands.at(-1), `npx -y deno@${version} task ok`);
  assert.ok(script.includes('npx -y "deno@$version" task ok'));
});
