import assert from "node:assert/strict";
import { TASK_GROUPS } from "lib/recipes/help/groups.ts";
import { groupsText } from "lib/recipes/help/main.ts";
import { runTask } from "../_task_process.ts";

const { tasks } = JSON.parse(await Deno.readTextFile("deno.json")) as {
  tasks: Record<string, { description: string }>;
};

Deno.test("each task of a group exists, in one group, and the ten to know come first", () => {
  const grouped = Object.values(TASK_GROUPS).flat();
  assert.deepEqual(grouped.filter((name) => !(name in tasks)), []);
  assert.equal(new Set(grouped).size, grouped.length);
  const first = TASK_GROUPS["The ten to know"]!;
  assert.equal(first.length, 10);
  assert.deepEqual(Object.keys(tasks).slice(0, 10), first);
});

Deno.test("a task of no group is listed as well", () => {
  const text = groupsText(
    new Map([["demo", "Train (--help for more)"], ["new", "New"]]),
  );
  assert.match(text, /^The ten to know\n {2}demo {2}Train\n/);
  assert.match(text, /\nOthers\n {2}new {3}New\n/);
});

Deno.test("deno task help prints every task", async () => {
  const { code, stdout } = await runTask("help");
  assert.equal(code, 0);
  for (const name of Object.keys(tasks)) {
    assert.match(stdout, new RegExp(`^ {2}${name} `, "m"));
  }
});
