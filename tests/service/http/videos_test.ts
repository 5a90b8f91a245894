import assert from "node:assert/strict";
import OpenAI, { APIError } from "openai";
import { readCatalogue, STAND_IN } from "lib/service/mod.ts";
import { type TestService, testService } from "../_service.ts";

/** The public client, whose requests go to the service without a network. */
function clientOf(test: TestService, apiKey = test.ann.key): OpenAI {
  return new OpenAI({
    apiKey,
    baseURL: "http://service/v1",
    maxRetries: 0,
    fetch: async (url, init) => await test.app.request(String(url), init),
  });
}

async function refusalOf(ask: PromiseLike<unknown>): Promise<APIError> {
  try {
    await ask;
  } catch (error) {
    if (error instanceof APIError) return error;
    throw error;
  }
  throw new Error("it was not refused");
}

Deno.test("the openai client makes, follows, downloads, lists and deletes", async () => {
  await using test = await testService();
  const client = clientOf(test);
  const made = await client.videos.create({
    prompt: "a red circle",
    model: "stand-in" as never,
    seconds: "4",
    size: "128x96" as never,
  });
  assert.deepEqual(
    [made.object, made.status, made.seconds, made.size],
    ["video", "queued", "4", "128x96"],
  );
  await test.drain();
  const video = await client.videos.retrieve(made.id);
  assert.deepEqual([video.status, video.progress], ["completed", 100]);
  const content = await client.videos.downloadContent(made.id);
  assert.equal((await content.arrayBuffer()).byteLength, 20_000);
  for (let i = 0; i < 4; i++) await client.videos.create({ prompt: `${i}` });
  const listed: (string | null)[] = [];
  for await (const { prompt } of client.videos.list({ limit: 2 })) {
    listed.push(prompt);
  }
  assert.deepEqual(listed, ["3", "2", "1", "0", "a red circle"]);
  assert.deepEqual((await client.models.list()).data.map(({ id }) => id), [
    "stand-in",
  ]);
  const deleted = await client.videos.delete(made.id);
  assert.deepEqual([deleted.object, deleted.deleted], ["video.deleted", true]);
  assert.equal((await refusalOf(client.videos.retrieve(made.id))).status, 404);
});

Deno.test("the openai client gets typed errors that name the field", async () => {
  await using test = await testService();
  const client = clientOf(test);
  const size = await refusalOf(
    client.videos.create({ prompt: "a", size: "1280x720" }),
  );
  assert.deepEqual([size.status, size.param], [422, "size"]);
  const seconds = await refusalOf(
    client.videos.create({ prompt: "a", seconds: "12" }),
  );
  assert.deepEqual([seconds.status, seconds.param], [422, "seconds"]);
  assert.match(
    seconds.message,
    /at 8 frames a second, frames must be .* from 1 to 64/,
  );
  assert.match(seconds.requestID ?? "", /^req_/);
  const stranger = await refusalOf(clientOf(test, "sk-1").models.list());
  assert.ok(stranger instanceof OpenAI.AuthenticationError);
});

Deno.test("a failed job is a failed video with its reason", async () => {
  await using test = await testService();
  const client = clientOf(test);
  const { id } = await client.videos.create({ prompt: "fail" });
  await test.drain();
  const video = await client.videos.retrieve(id);
  assert.equal(video.status, "failed");
  assert.equal(video.error?.code, "generation_failed");
  const content = await refusalOf(client.videos.downloadContent(id));
  assert.deepEqual([content.status, content.code], [409, "not_ready"]);
});

Deno.test("what a video leaves out is of the model's own clips", async () => {
  const standIn = (await readCatalogue([STAND_IN])).get(STAND_IN)!;
  const clip = { frames: 12, height: 48, width: 80, fps: 6 };
  await using test = await testService({
    catalogue: new Map([[STAND_IN, { ...standIn, clip }]]),
  });
  const client = clientOf(test);
  const { seconds, size } = await client.videos.create({ prompt: "a" });
  assert.deepEqual([seconds, size], ["2", "80x48"]);
  const models = await (await test.send("/v1/models")).json();
  assert.deepEqual(models.data[0].clip, { size: "80x48", frames: 12, fps: 6 });
  const longer = await client.videos.create({ prompt: "a", seconds: "4" });
  const { request } = await (await test.send(`/v1/jobs/${longer.id}`)).json();
  assert.deepEqual(
    [request.frames, request.fps, request.size],
    [24, 6, "80x48"],
  );
});

Deno.test("a form makes a video as JSON does", async () => {
  await using test = await testService();
  const form = new FormData();
  form.append("prompt", "a form");
  form.append("seconds", "2");
  const answer = await test.send("/v1/videos", { method: "POST", body: form });
  assert.equal(answer.status, 200);
  const { id, prompt, seconds } = await answer.json();
  assert.deepEqual([prompt, seconds], ["a form", "2"]);
  const job = await (await test.send(`/v1/jobs/${id}`)).json();
  assert.equal(job.request.frames, 16);
});

Deno.test("a deleted video is gone at once, its file soon, its cost never", async () => {
  await using test = await testService();
  const { id } = await test.job();
  await test.drain();
  await test.send(`/v1/videos/${id}`, { method: "DELETE" });
  assert.equal((await test.send(`/v1/jobs/${id}`)).status, 404);
  const { sweep } = await import("lib/service/jobs/mod.ts");
  assert.equal(await sweep(test.database, test.videos), 1);
  assert.equal(await test.videos.open(`${id}-1.mp4`), undefined);
  const user = await (await test.send("/v1/user")).json();
  assert.equal(user.usage.month_jobs, 1);
  assert.ok(user.usage.month_micros > 0);
});

Deno.test("a client that takes a video too slowly is cut off, and its file closed", async () => {
  await using test = await testService({ downloadTime: 20 });
  const { id } = await test.job();
  await test.drain();
  // 20,000 bytes bring 1.2 s more, which a range of two bytes does not.
  const { body } = await test.send(`/v1/jobs/${id}/video`, {
    headers: { range: "bytes=0-1" },
  });
  await new Promise((done) => setTimeout(done, 60));
  await assert.rejects(
    () => new Response(body).arrayBuffer(),
    { message: "The client took the video too slowly" },
  );
  const whole = await test.send(`/v1/jobs/${id}/video`);
  await new Promise((done) => setTimeout(done, 60));
  assert.equal((await whole.arrayBuffer()).byteLength, 20_000);
});
