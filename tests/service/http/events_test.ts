import assert from "node:assert/strict";
import { testService } from "../_service.ts";

/** The events of a stream to its end. */
async function eventsOf(
  answer: Response,
): Promise<{ id: string; event: string; status: string }[]> {
  const blocks = (await answer.text()).split("\n\n");
  return blocks.filter((block) => block.includes("event: ")).map((block) => ({
    id: /^id: (.*)$/m.exec(block)?.[1] ?? "",
    event: /^event: (.*)$/m.exec(block)?.[1] ?? "",
    status: JSON.parse(/^data: (.*)$/m.exec(block)?.[1] ?? "{}").status,
  }));
}

Deno.test("events tell of a job from the queue to its end, and end with it", async () => {
  await using test = await testService();
  const { id } = await test.job({ steps: 5 });
  const answer = await test.send(`/v1/jobs/${id}/events`);
  assert.equal(answer.headers.get("content-type"), "text/event-stream");
  const [events] = await Promise.all([eventsOf(answer), test.drain(20)]);
  assert.equal(events[0]?.event, "job.queued");
  assert.equal(events.at(-1)?.event, "job.succeeded");
  assert.ok(events.some(({ event }) => event === "job.progress"));
  const ids = events.map((event) => Number(event.id));
  assert.deepEqual(ids, [...new Set(ids)].sort((a, b) => a - b));
});

Deno.test("a client that comes again gets what it has not seen", async () => {
  await using test = await testService();
  const { id } = await test.job();
  await test.drain();
  const path = `/v1/jobs/${id}/events`;
  const again = await eventsOf(
    await test.send(path, { headers: { "last-event-id": "1" } }),
  );
  assert.deepEqual(again.map(({ event }) => event), ["job.succeeded"]);
  const done = await test.send(path, {
    headers: { "last-event-id": again[0]!.id },
  });
  assert.deepEqual([done.status, await done.text()], [204, ""]);
});

Deno.test("a stream ends when the service stops", async () => {
  const stopping = new AbortController();
  await using test = await testService({ stopping: stopping.signal });
  const { id } = await test.job();
  const answer = await test.send(`/v1/jobs/${id}/events`);
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (let done = false; !done;) {
    const part = await reader.read();
    done = part.done;
    text += part.value ?? "";
    if (text.includes("event: job.queued")) stopping.abort();
  }
  assert.equal(text.match(/^event: /gm)?.length, 1);
});

Deno.test("a client that goes leaves no listener behind", async () => {
  await using test = await testService();
  const { id } = await test.job();
  const answer = await test.send(`/v1/jobs/${id}/events`);
  assert.equal(test.service.watch.listenersOf(test.ann.id), 1);
  await answer.body!.cancel();
  assert.equal(test.service.watch.listenersOf(test.ann.id), 0);
});

Deno.test("a user has at most 50 streams at once, and another is not held up", async () => {
  await using test = await testService();
  const { id } = await test.job();
  const open: Response[] = [];
  for (let i = 0; i < 50; i++) {
    open.push(await test.send(`/v1/jobs/${id}/events`));
  }
  const refused = await test.send(`/v1/jobs/${id}/events`);
  assert.equal(refused.status, 429);
  await Promise.all(open.map((answer) => answer.body!.cancel()));
  const answer = await test.send(`/v1/jobs/${id}/events`);
  assert.equal(answer.status, 200);
  await answer.body!.cancel();
});
