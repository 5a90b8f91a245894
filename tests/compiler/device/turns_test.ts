import assert from "node:assert/strict";
import { OneAtATime } from "lib/compiler/device/turns.ts";

Deno.test("OneAtATime does work in the order in which it was asked for", async () => {
  const turns = new OneAtATime();
  const log: string[] = [];
  const work = (name: string, ticks: number) => async () => {
    log.push(`${name} begins`);
    for (let i = 0; i < ticks; i++) await Promise.resolve();
    log.push(`${name} ends`);
    return name;
  };
  const results = await Promise.all([
    turns.take(work("a", 5)),
    turns.take(work("b", 1)),
    turns.take(work("c", 3)),
  ]);
  assert.deepEqual(results, ["a", "b", "c"]);
  assert.deepEqual(
    log,
    ["a", "b", "c"].flatMap((name) => [`${name} begins`, `${name} ends`]),
  );
  assert.equal(turns.idle, true);
});

Deno.test("OneAtATime goes on after work that failed", async () => {
  const turns = new OneAtATime();
  const failed = turns.take(() => {
    throw new Error("broken");
  });
  const next = turns.take(() => "fine");
  await assert.rejects(failed, { name: "Error", message: "broken" });
  assert.equal(await next, "fine");
});

Deno.test("OneAtATime does short work at once if nothing runs, else after it", async () => {
  const turns = new OneAtATime();
  const log: string[] = [];
  turns.soon(() => log.push("at once"));
  assert.deepEqual(log, ["at once"]);
  const long = turns.take(async () => {
    await Promise.resolve();
    log.push("long");
  });
  turns.soon(() => log.push("after"));
  assert.deepEqual(log, ["at once"]);
  await long;
  await turns.take(() => {});
  assert.deepEqual(log, ["at once", "long", "after"]);
});
