import assert from "node:assert/strict";
import { sql } from "kysely";
import {
  beat,
  claimJob,
  createJob,
  deleteJob,
  finishJob,
  jobById,
  type JobEnd,
  reapJobs,
  releaseJob,
  sweep,
} from "lib/service/jobs/mod.ts";
import {
  type Database,
  folderStore,
  videoName,
  type VideoStore,
} from "lib/service/mod.ts";
import {
  emptyDatabase,
  testService,
  type TestUser,
  testUser,
} from "../_service.ts";

const MODELS = ["stand-in"];
let clock = 1_790_000_000_000;

async function newJob(
  database: Database,
  { id: owner }: TestUser,
  options: { priority?: number; model?: string; webhookUrl?: string } = {},
): Promise<string> {
  const made = await createJob(database, {
    owner,
    model: "stand-in",
    priority: 5,
    estimate: { flops: 1, micros: 1 },
    request: {
      prompt: "a",
      language: "auto",
      seed: 1,
      width: 64,
      height: 64,
      frames: 16,
      fps: 8,
      steps: 2,
      guidance: 4,
      rescale: 0,
      sampler: "euler",
    },
    ...options,
  }, clock++);
  if ("refused" in made) throw new Error(made.refused);
  return made.row.id;
}

const END: JobEnd = {
  status: "succeeded",
  video: { name: "a-1.mp4", bytes: 1, sha256: "00" },
  seconds: { queue: 0, read: 0, sample: 1, decode: 0, write: 0 },
  cost: { flops: 1, seconds: 1, micros: 7 },
};

async function testVideos(): Promise<AsyncDisposable & { store: VideoStore }> {
  const folder = await Deno.makeTempDir();
  return {
    store: await folderStore(folder),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

/** Moves the last beats of all jobs into the past. */
async function silence(database: Database, seconds: number): Promise<void> {
  await sql`update jobs set heartbeat_at = now() - ${seconds}::float8 * interval '1 second'
    where status = 'running'`.execute(database);
}

Deno.test("jobs leave the queue by priority, then by age", async () => {
  const database = await emptyDatabase();
  const ann = await testUser(database, "Ann");
  await database.updateTable("users").set({ concurrency: 9 }).execute();
  const low = await newJob(database, ann, { priority: 1 });
  const first = await newJob(database, ann);
  const second = await newJob(database, ann);
  const high = await newJob(database, ann, { priority: 9 });
  await newJob(database, ann, { model: "another" });
  const order: (string | undefined)[] = [];
  for (let i = 0; i < 5; i++) {
    order.push((await claimJob(database, "w", MODELS))?.job.id);
  }
  assert.deepEqual(order, [high, first, second, low, undefined]);
});

Deno.test("jobs that one user makes at once do not pass the limit", async () => {
  const database = await emptyDatabase();
  const ann = await testUser(database, "Ann");
  await database.updateTable("users").set({ max_unfinished: 7 }).execute();
  const made = await Promise.allSettled(
    Array.from({ length: 20 }, () => newJob(database, ann)),
  );
  assert.equal(made.filter(({ status }) => status === "fulfilled").length, 7);
  for (const each of made) {
    if (each.status === "rejected") {
      assert.equal(each.reason.message, "too many unfinished");
    }
  }
});

Deno.test("a user's running jobs are limited, and others pass by", async () => {
  const database = await emptyDatabase();
  const ann = await testUser(database, "Ann");
  const bob = await testUser(database, "Bob");
  for (let i = 0; i < 5; i++) await newJob(database, ann);
  const ofBob = await newJob(database, bob);
  const claims = await Promise.all(
    Array.from({ length: 6 }, (_, i) => claimJob(database, `w${i}`, MODELS)),
  );
  const owners = claims.map((claim) => claim?.job.owner);
  assert.equal(owners.filter((owner) => owner === ann.id).length, 2);
  assert.equal(
    claims.find((claim) => claim?.job.owner === bob.id)?.job.id,
    ofBob,
  );
  assert.equal(new Set(claims.map((claim) => claim?.job.id)).size, 4);
});

for (const next of ["w2", "w1"]) {
  Deno.test(`a worker that lost its job to ${next} can neither beat nor finish it`, () =>
    lostJob(next));
}

async function lostJob(next: string): Promise<void> {
  const database = await emptyDatabase();
  const ann = await testUser(database, "Ann");
  const id = await newJob(database, ann);
  const lost = (await claimJob(database, "w1", MODELS))!;
  await silence(database, 20);
  assert.deepEqual(await reapJobs(database, 15, clock), {
    queued: 1,
    failed: 0,
  });
  await sql`update jobs set run_at = now()`.execute(database);
  const held = (await claimJob(database, next, MODELS))!;
  assert.deepEqual([held.job.id, held.job.attempts], [id, 2]);
  assert.equal(await beat(database, lost, 0.5), "lost");
  assert.equal(await finishJob(database, lost, END, clock), undefined);
  assert.equal(await beat(database, held, 0.5), "go on");
  assert.equal(
    (await finishJob(database, held, END, clock))?.status,
    "succeeded",
  );
  assert.equal(await finishJob(database, held, END, clock), undefined);
  const costs = await database.selectFrom("cost_log").selectAll().execute();
  assert.deepEqual(costs.map(({ job, micros }) => [job, micros]), [[id, 7]]);
}

Deno.test("a job whose workers vanish three times fails with a reason", async () => {
  const database = await emptyDatabase();
  const ann = await testUser(database, "Ann");
  const id = await newJob(database, ann, { webhookUrl: "https://example.com" });
  for (let attempt = 1; attempt <= 3; attempt++) {
    await sql`update jobs set run_at = now()`.execute(database);
    assert.equal(
      (await claimJob(database, "w", MODELS))?.job.attempts,
      attempt,
    );
    await silence(database, 20);
    const counts = await reapJobs(database, 15, clock);
    assert.deepEqual(
      counts,
      attempt < 3 ? { queued: 1, failed: 0 } : { queued: 0, failed: 1 },
    );
  }
  const job = await jobById(database, id);
  assert.deepEqual([job?.status, job?.error?.code], ["failed", "worker_lost"]);
  await using videos = await testVideos();
  await videos.store.save(
    videoName(id, 3),
    (path) => Deno.writeTextFile(path, "a"),
  );
  assert.equal(await sweep(database, videos.store), 1);
  assert.equal(await videos.store.open(videoName(id, 3)), undefined);
  const [delivery, ...more] = await database.selectFrom("webhook_deliveries")
    .selectAll().execute();
  assert.deepEqual([delivery?.event, more.length], ["job.failed", 0]);
});

Deno.test("a released job returns at once and its attempt does not count", async () => {
  const database = await emptyDatabase();
  const ann = await testUser(database, "Ann");
  const id = await newJob(database, ann);
  const released = (await claimJob(database, "w1", MODELS))!;
  await releaseJob(database, released);
  const claim = await claimJob(database, "w2", MODELS);
  assert.deepEqual([claim?.job.id, claim?.job.attempts], [id, 1]);
  // The attempt has the same number, but another worker has it.
  assert.equal(await beat(database, released, 0.5), "lost");
  assert.equal(await finishJob(database, released, END, clock), undefined);
});

Deno.test("a deleted job that runs is stopped, and its row goes after it", async () => {
  await using test = await testService();
  const { database, ann } = test;
  const id = await newJob(database, ann);
  const claim = (await claimJob(database, "w", MODELS))!;
  assert.equal(await deleteJob(database, test.bob.id, id), false);
  assert.equal(await deleteJob(database, ann.id, id), true);
  await sweep(database, test.videos);
  assert.equal(await beat(database, claim, 0.5), "cancel");
  await finishJob(database, claim, {
    ...END,
    status: "canceled",
    video: undefined,
  }, clock);
  await sweep(database, test.videos);
  assert.equal(await jobById(database, id), undefined);
});

Deno.test("an expired video is removed and its job stays", async () => {
  await using test = await testService();
  const { id } = await test.job();
  await test.drain();
  const before = await (await test.send(`/v1/jobs/${id}`)).json();
  const kept = Date.parse(before.video.expires_at) -
    Date.parse(before.finished_at);
  assert.equal(kept, 3600 * 1000);
  assert.equal(await sweep(test.database, test.videos), 0);
  await sql`update jobs set expires_at = now()`.execute(test.database);
  assert.equal(await sweep(test.database, test.videos), 1);
  const after = await (await test.send(`/v1/jobs/${id}`)).json();
  assert.deepEqual([after.status, after.video], ["succeeded", null]);
  const gone = await test.send(`/v1/jobs/${id}/video`);
  assert.equal((await gone.json()).error.code, "video_removed");
});
