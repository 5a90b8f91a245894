import assert from "node:assert/strict";
import { testService } from "../_service.ts";

Deno.test("a job is made, drawn and downloaded", async () => {
  await using test = await testService();
  const answer = await test.post("/v1/jobs", {
    prompt: "a red circle",
    seed: 7,
  });
  const job = await answer.json();
  assert.equal(answer.status, 202);
  assert.equal(answer.headers.get("location"), `/v1/jobs/${job.id}`);
  assert.equal(job.status, "queued");
  assert.equal(job.cost, null);
  assert.equal(job.request.steps, 20);
  await test.drain();
  const ended = await (await test.send(`/v1/jobs/${job.id}`)).json();
  assert.equal(ended.status, "succeeded");
  assert.equal(ended.progress, 1);
  assert.equal(ended.attempts, 1);
  assert.equal(ended.cost.flops, ended.estimated_cost.flops);
  assert.equal(ended.cost.micros, ended.estimated_cost.micros);
  assert.equal(ended.video.bytes, 20_000);
  const video = await test.send(`/v1/jobs/${job.id}/video`);
  assert.equal(video.status, 200);
  assert.equal(video.headers.get("content-type"), "video/mp4");
  assert.equal(video.headers.get("etag"), `"${ended.video.sha256}"`);
  const bytes = new Uint8Array(await video.arrayBuffer());
  assert.deepEqual([bytes.length, bytes[0]], [20_000, 7]);
});

Deno.test("the estimate is the cost of the job, and makes none", async () => {
  await using test = await testService();
  const body = { prompt: "a", frames: 32, sampler: "euler", steps: 10 };
  const answer = await test.post("/v1/estimate", body);
  assert.equal(answer.status, 200);
  const { flops, micros } = await answer.json();
  // Text 2 x 1e6, ten calls for two prompts, one decoding.
  const pixels = 32 * 64 ** 2;
  assert.equal(flops, 2e6 + 20 * 1e3 * pixels + 1e4 * pixels);
  assert.equal(micros, Math.ceil(flops / 1e12 * 1000));
  const { data } = await (await test.send("/v1/jobs")).json();
  assert.deepEqual(data, []);
});

Deno.test("parts of a video follow the range, and its tag spares a transfer", async () => {
  await using test = await testService();
  const { id } = await test.job();
  await test.drain();
  const path = `/v1/jobs/${id}/video`;
  const get = (headers: Record<string, string>): Promise<Response> =>
    test.send(path, { headers });
  const part = await get({ range: "bytes=10-19" });
  assert.equal(part.status, 206);
  assert.equal(part.headers.get("content-range"), "bytes 10-19/20000");
  assert.equal((await part.arrayBuffer()).byteLength, 10);
  const end = await get({ range: "bytes=-5" });
  assert.equal(end.headers.get("content-range"), "bytes 19995-19999/20000");
  assert.equal((await end.arrayBuffer()).byteLength, 5);
  const outside = await get({ range: "bytes=20000-" });
  assert.equal(outside.status, 416);
  assert.equal(outside.headers.get("content-range"), "bytes */20000");
  await outside.body?.cancel();
  const etag = end.headers.get("etag")!;
  const same = await get({ "if-none-match": `W/"x", ${etag}` });
  assert.deepEqual([same.status, await same.text()], [304, ""]);
  const changed = await get({ range: "bytes=0-1", "if-range": '"other"' });
  assert.equal(changed.status, 200);
  await changed.body?.cancel();
});

Deno.test("HEAD gives the head of a video or a stream, and opens neither", async () => {
  await using test = await testService();
  const { id } = await test.job();
  const stream = await test.send(`/v1/jobs/${id}/events`, { method: "HEAD" });
  assert.equal(stream.headers.get("content-type"), "text/event-stream");
  assert.equal(test.service.watch.listenersOf(test.ann.id), 0);
  await test.drain();
  const video = await test.send(`/v1/jobs/${id}/video`, { method: "HEAD" });
  assert.deepEqual(
    [video.status, video.headers.get("content-length"), await video.text()],
    [200, "20000", ""],
  );
});

Deno.test("a video that is not there yet is a conflict, not an error", async () => {
  await using test = await testService();
  const { id } = await test.job();
  const answer = await test.send(`/v1/jobs/${id}/video`);
  assert.equal(answer.status, 409);
  assert.equal(answer.headers.get("x-should-retry"), "false");
  const problem = await answer.json();
  assert.equal(problem.error.code, "not_ready");
  assert.equal(problem.detail, "The job is queued: it has no video");
});

Deno.test("pages follow each other without gaps in both orders", async () => {
  await using test = await testService();
  const made: string[] = [];
  for (let i = 0; i < 5; i++) made.push((await test.job()).id);
  for (const order of ["asc", "desc"] as const) {
    const seen: string[] = [];
    let after = "";
    for (;;) {
      const page = await (await test.send(
        `/v1/jobs?limit=2&order=${order}${after && `&after=${after}`}`,
      )).json();
      seen.push(...page.data.map(({ id }: { id: string }) => id));
      if (!page.has_more) break;
      after = page.last_id;
    }
    const all = made.toSorted();
    assert.deepEqual(seen, order === "asc" ? all : all.toReversed());
  }
});

Deno.test("a forged cursor gives a page of one's own jobs", async () => {
  await using test = await testService();
  const { id } = await test.job();
  const page = await (await test.send("/v1/jobs?after=zzz")).json();
  assert.deepEqual(page.data.map((job: { id: string }) => job.id), [id]);
  const bad = await test.send("/v1/jobs?after=%00");
  assert.equal(bad.status, 422);
  assert.equal((await bad.json()).error.param, "after");
});

Deno.test("the same idempotency key makes one job, however many ask at once", async () => {
  await using test = await testService();
  const send = (prompt: string): Promise<Response> =>
    test.post("/v1/jobs", { prompt }, { headers: { "idempotency-key": "k" } });
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => send("a")),
  );
  const ids = await Promise.all(
    answers.map(async (answer) => (await answer.json()).id),
  );
  assert.equal(new Set(ids).size, 1);
  assert.equal(answers.filter(({ status }) => status === 202).length, 1);
  assert.equal(
    answers.filter(({ headers }) =>
      headers.get("idempotent-replayed") === "true"
    ).length,
    9,
  );
  const other = await send("b");
  assert.equal(other.status, 422);
  assert.equal((await other.json()).error.code, "idempotency_key_reused");
});

Deno.test("two users may use one idempotency key", async () => {
  await using test = await testService();
  const headers = { "idempotency-key": "k" };
  const ann = await test.post("/v1/jobs", { prompt: "a" }, { headers });
  const bob = await test.post("/v1/jobs", { prompt: "a" }, {
    headers,
    key: test.bob.key,
  });
  assert.deepEqual([ann.status, bob.status], [202, 202]);
  assert.notEqual((await ann.json()).id, (await bob.json()).id);
});

Deno.test("a job that waits is cancelled at once and costs nothing", async () => {
  await using test = await testService();
  const { id } = await test.job();
  const answer = await test.send(`/v1/jobs/${id}`, { method: "DELETE" });
  assert.equal(answer.status, 200);
  assert.equal((await answer.json()).status, "canceled");
  await test.drain();
  const job = await (await test.send(`/v1/jobs/${id}`)).json();
  assert.deepEqual([job.status, job.attempts, job.cost], ["canceled", 0, null]);
});

Deno.test("a user has at most so many unfinished jobs, and so much cost a month", async () => {
  await using test = await testService();
  const limit = (values: Record<string, number>) =>
    test.database.updateTable("users").set(values)
      .where("id", "=", test.ann.id).execute();
  await limit({ max_unfinished: 1 });
  const { id } = await test.job();
  const refused = await test.post("/v1/jobs", { prompt: "a" });
  assert.equal(refused.status, 429);
  assert.equal((await refused.json()).error.code, "too_many_jobs");
  await test.send(`/v1/jobs/${id}`, { method: "DELETE" });
  await limit({ monthly_micros: 10 });
  const dear = await test.post("/v1/jobs", {
    prompt: "a",
    frames: 64,
    size: 128,
  });
  assert.equal(dear.status, 429);
  assert.equal(dear.headers.get("x-should-retry"), "false");
  const problem = await dear.json();
  assert.equal(problem.error.code, "insufficient_quota");
  assert.match(problem.detail, /10 micros$/);
});

Deno.test("a priority above that of the user names the field", async () => {
  await using test = await testService();
  const answer = await test.post("/v1/jobs", { prompt: "a", priority: 9 });
  assert.equal(answer.status, 422);
  const { errors } = await answer.json();
  assert.deepEqual(errors, [{
    path: "priority",
    message: "must be at most 5 for this user: current value is 9",
  }]);
});

Deno.test("the log holds no prompt unless asked, and never a key", async () => {
  await using test = await testService();
  await test.job({ prompt: "a secret wish" });
  const text = test.lines.join("\n");
  assert.match(text, /"route":"\/v1\/jobs"/);
  assert.doesNotMatch(text, /secret wish/);
  assert.ok(!text.includes(test.ann.key));
  await using open = await testService({ logPrompts: true });
  await open.job({ prompt: "a secret wish" });
  assert.match(open.lines.join("\n"), /secret wish/);
});
