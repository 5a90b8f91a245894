import assert from "node:assert/strict";
import { claimJob, jobById, reapJobs } from "lib/service/jobs/mod.ts";
import { type Artist, RefusedError, runWorker, work } from "lib/service/mod.ts";
import { sql } from "kysely";
import { type TestService, testService, workerParts } from "../_service.ts";

/** Waits until something holds. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!await holds()) await new Promise((done) => setTimeout(done, 5));
}

const statusOf = async ({ database }: TestService, id: string) =>
  (await jobById(database, id))?.status;

Deno.test("a job that runs stops soon after its cancellation, and pays its steps", async () => {
  await using test = await testService();
  const { id } = await test.job({ steps: 100 });
  const stop = new AbortController();
  const worker = runWorker(workerParts(test, 10), stop.signal);
  await until(async () =>
    ((await jobById(test.database, id))?.progress ?? 0) > 0
  );
  const answer = await test.send(`/v1/jobs/${id}`, { method: "DELETE" });
  assert.equal(answer.status, 202);
  await until(async () => await statusOf(test, id) === "canceled");
  stop.abort();
  await worker;
  const job = await (await test.send(`/v1/jobs/${id}`)).json();
  assert.equal(job.video, null);
  assert.ok(job.progress < 1);
  assert.ok(job.cost.micros > 0 && job.cost.micros < job.estimated_cost.micros);
});

Deno.test("a cancelled job ends at once, and the next waits for a drawing that cannot stop", async () => {
  await using test = await testService();
  const { id } = await test.job();
  const parts = workerParts(test, 0);
  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  const drawn: string[] = [];
  const artist: Artist = {
    ...parts.artist,
    async draw(model, request, options) {
      drawn.push(request.prompt);
      // As a model that is being opened.
      await opened;
      return await parts.artist.draw(model, request, options);
    },
    work: () => ({
      seconds: { read: 1, sample: 0, decode: 0, write: 0 },
      flops: 0,
    }),
  };
  const stop = new AbortController();
  const worker = runWorker({ ...parts, artist }, stop.signal);
  await until(() => Promise.resolve(drawn.length === 1));
  await test.send(`/v1/jobs/${id}`, { method: "DELETE" });
  await until(async () => await statusOf(test, id) === "canceled");
  const next = await test.job({ prompt: "b" });
  await new Promise((done) => setTimeout(done, 50));
  assert.deepEqual(drawn, ["a"]);
  assert.equal(await statusOf(test, next.id), "queued");
  open();
  await until(async () => await statusOf(test, next.id) === "succeeded");
  assert.deepEqual(drawn, ["a", "b"]);
  stop.abort();
  await worker;
});

Deno.test("a stop lets a short job end and returns a long one to the queue", async () => {
  await using test = await testService();
  const { id } = await test.job({ steps: 100 });
  const stop = new AbortController();
  const worker = runWorker(workerParts(test, 10), stop.signal);
  await until(async () => await statusOf(test, id) === "running");
  stop.abort();
  await worker;
  const job = await jobById(test.database, id);
  assert.deepEqual([job?.status, job?.attempts, job?.worker], [
    "queued",
    0,
    null,
  ]);
  const short = new AbortController();
  const other = runWorker(
    { ...workerParts(test, 0), graceSeconds: 60 },
    short.signal,
  );
  await until(async () => await statusOf(test, id) !== "queued");
  short.abort();
  await other;
  assert.equal(await statusOf(test, id), "succeeded");
});

Deno.test("a worker that lost its job leaves what the next one made alone", async () => {
  await using test = await testService();
  const { id } = await test.job({ steps: 50 });
  const stop = new AbortController();
  const slow = work({
    ...workerParts(test, 10),
    worker: "slow",
    beatEvery: 1e6,
  }, stop.signal);
  await until(async () => await statusOf(test, id) === "running");
  await sql`update jobs set heartbeat_at = now() - interval '1 hour'`.execute(
    test.database,
  );
  await reapJobs(test.database, 15, Date.now());
  await sql`update jobs set run_at = now()`.execute(test.database);
  stop.abort();
  await test.drain();
  await slow;
  const job = await jobById(test.database, id);
  assert.deepEqual([job?.status, job?.attempts, job?.video?.name], [
    "succeeded",
    2,
    `${id}-2.mp4`,
  ]);
  assert.equal(await test.videos.open(`${id}-1.mp4`), undefined);
  const costs = await test.database.selectFrom("cost_log").selectAll()
    .execute();
  assert.equal(costs.length, 1);
});

Deno.test("errors of an artist become codes that tell nothing of the inside", async () => {
  await using test = await testService();
  const parts = workerParts(test, 0);
  const failing = (error: Error): Artist => ({
    ...parts.artist,
    draw: async (...all) => {
      await parts.artist.draw(...all);
      throw error;
    },
  });
  const cases = [
    [
      new Error("/secret/path"),
      "generation_failed",
      "The model could not draw this video",
    ],
    [
      new RefusedError({ flagged: true, scores: { adult: 0.9 } }),
      "content_refused",
      "The content filter refused the video",
    ],
  ] as const;
  for (const [error, code, message] of cases) {
    const { id } = await test.job();
    const stop = new AbortController();
    const worker = runWorker({ ...parts, artist: failing(error) }, stop.signal);
    await until(async () => await statusOf(test, id) === "failed");
    stop.abort();
    await worker;
    const job = await (await test.send(`/v1/jobs/${id}`)).json();
    assert.deepEqual(job.error, { code, message });
    assert.equal(job.cost.micros, 0);
    assert.deepEqual(
      job.content_filter,
      code === "content_refused"
        ? { flagged: true, scores: { adult: 0.9 } }
        : null,
    );
  }
  const metrics = await test.metrics.registry.metrics();
  assert.match(
    metrics,
    /aiprod_job_failures_total\{code="content_refused"\} 1/,
  );
});

Deno.test("a job whose video cannot be kept waits until videos can be", async () => {
  await using test = await testService();
  const { id } = await test.job();
  const parts = workerParts(test, 0);
  let isFull = true;
  let tried = 0;
  const videos: typeof parts.videos = {
    ...parts.videos,
    async save(name, write) {
      tried++;
      if (isFull) throw new Error("No space left on device");
      return await parts.videos.save(name, write);
    },
    async check() {
      await Promise.resolve();
      if (isFull) throw new Error("No space left on device");
    },
  };
  const stop = new AbortController();
  const logged: string[] = [];
  const log: typeof parts.log = {
    ...parts.log,
    error: (message, error) => logged.push(`${message}: ${error}`),
  };
  const worker = runWorker({ ...parts, videos, log }, stop.signal);
  await until(async () => tried === 1 && await statusOf(test, id) === "queued");
  assert.equal((await jobById(test.database, id))?.attempts, 0);
  isFull = false;
  await until(async () => await statusOf(test, id) === "succeeded");
  stop.abort();
  await worker;
  assert.equal(tried, 2);
  assert.deepEqual(logged, [
    "the video cannot be kept: Error: No space left on device",
  ]);
});

Deno.test("a video that alone cannot be kept fails after its attempts", async () => {
  await using test = await testService();
  const { id } = await test.job();
  await sql`update jobs set max_attempts = 2`.execute(test.database);
  const parts = workerParts(test, 0);
  const videos: typeof parts.videos = {
    ...parts.videos,
    save: () => Promise.reject(new Error("/secret/path is odd")),
  };
  const stop = new AbortController();
  const worker = runWorker({ ...parts, videos }, stop.signal);
  await until(async () => await statusOf(test, id) === "failed");
  stop.abort();
  await worker;
  const job = await (await test.send(`/v1/jobs/${id}`)).json();
  assert.deepEqual(job.error, {
    code: "video_not_kept",
    message: "The video was drawn and could not be kept",
  });
  assert.deepEqual([job.attempts, job.cost.micros], [2, 0]);
});

Deno.test("a worker waits out errors of the database", async () => {
  await using test = await testService();
  const { id } = await test.job();
  let failures = 2;
  const database = new Proxy(test.database, {
    get(target, name) {
      if (name === "transaction" && failures-- > 0) {
        throw new Error("no database");
      }
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const stop = new AbortController();
  const worker = runWorker({ ...workerParts(test, 0), database }, stop.signal);
  await until(async () => await statusOf(test, id) === "succeeded");
  stop.abort();
  await worker;
  assert.equal(await claimJob(test.database, "w", ["stand-in"]), undefined);
});
