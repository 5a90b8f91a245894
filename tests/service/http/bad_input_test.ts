import assert from "node:assert/strict";
import { type TestService, testService } from "../_service.ts";

/** A problem that names a field, and tells nothing of the inside. */
async function problemOf(
  answer: Response,
  status: number,
): Promise<{ readonly param: string | null; readonly detail: string }> {
  const text = await answer.text();
  assert.equal(answer.status, status, text);
  assert.equal(answer.headers.get("content-type"), "application/problem+json");
  assert.doesNotMatch(text, /\.ts|at async|node_modules|select |insert /);
  const { error, detail, instance } = JSON.parse(text);
  assert.equal(answer.headers.get("x-request-id"), instance);
  return { param: error.param, detail };
}

Deno.test("each field that breaks its rule is named", async () => {
  await using test = await testService();
  const cases: readonly [Record<string, unknown>, string, RegExp][] = [
    [{ prompt: "a\0b" }, "prompt", /without NUL/],
    [{ prompt: "a\ud800" }, "prompt", /well-formed/],
    [{ prompt: "a".repeat(10_000) }, "prompt", /2000/],
    [{ prompt: 1 }, "prompt", /string/],
    [{ size: 1_000_000 }, "size", /from 16 to 256$/],
    [{ size: "8x64" }, "size", /from 16 to 256: current value is 8x64$/],
    [{ size: "64x999" }, "size", /from 16 to 256: current value is 64x999$/],
    [{ size: "wide" }, "size", /must be WIDTHxHEIGHT/],
    [{ size: 100 }, "size", /multiples of 16/],
    [{ size: "64x100" }, "size", /multiples of 16/],
    [{ frames: -1 }, "frames", /from 1 to 64/],
    [{ frames: 1.5 }, "frames", /whole number/],
    [{ frames: 64, size: 256 }, "frames", /at most 32 at 256x256/],
    [{ frames: 64, size: "256x144" }, "frames", /at most 56 at 256x144/],
    [{ steps: 1e9 }, "steps", /from 1 to 100/],
    [{ seed: -1 }, "seed", /from 0/],
    [{ fps: 0 }, "fps", /from 1 to 60/],
    [{ guidance: null }, "guidance", /number/],
    [{ sampler: "magic" }, "sampler", /euler/],
    [{ model: "../../etc/passwd" }, "model", /must be one of stand-in/],
    [{ language: "'; drop table jobs" }, "language", /BCP 47/],
    [{ more: 1 }, "more", /no such field/],
    [{ webhook_url: "http://example.com" }, "webhook_url", /https/],
    [{ webhook_url: "https://127.0.0.1/" }, "webhook_url", /private/],
    [{ webhook_url: "https://2130706433/" }, "webhook_url", /private/],
    [{ webhook_url: "https://[::ffff:10.0.0.1]/" }, "webhook_url", /private/],
    [{ webhook_url: "https://a:b@example.com/" }, "webhook_url", /password/],
    [{ webhook_url: "javascript:alert(1)" }, "webhook_url", /https/],
  ];
  for (const [field, name, rule] of cases) {
    const answer = await test.post("/v1/jobs", { prompt: "a", ...field });
    const { param, detail } = await problemOf(answer, 422);
    assert.equal(param, name);
    assert.match(detail, rule);
  }
});

Deno.test("bodies that cannot be read are told so", async () => {
  await using test = await testService();
  const send = (body: BodyInit, type: string): Promise<Response> =>
    test.send("/v1/jobs", {
      method: "POST",
      body,
      headers: type === "" ? {} : { "content-type": type },
    });
  const json = "application/json";
  await problemOf(await send("{", json), 400);
  await problemOf(await send("", json), 400);
  assert.match((await problemOf(await send("[]", json), 422)).detail, /object/);
  assert.match(
    (await problemOf(await send("null", json), 422)).detail,
    /object/,
  );
  const type = await problemOf(await send("a=b", "text/plain"), 415);
  assert.match(
    type.detail,
    /must be application\/json: current value is "text\/plain"/,
  );
  await problemOf(await send(new Uint8Array([255, 254]), ""), 415);
  await problemOf(await send("a".repeat(1_000_000), json), 413);
  const form = await test.send("/v1/videos", {
    method: "POST",
    body: "no form",
    headers: { "content-type": "multipart/form-data; boundary=x" },
  });
  await problemOf(form, 400);
});

Deno.test("ids, cursors, limits and headers of a wrong form are refused", async () => {
  await using test = await testService();
  const get = (path: string, headers = {}): Promise<Response> =>
    test.send(path, { headers });
  for (
    const id of [
      "%00",
      "..%2f..%2fetc%2fpasswd",
      "a%20b",
      "%ff",
      "x".repeat(65),
    ]
  ) {
    for (
      const path of [
        `/v1/jobs/${id}`,
        `/v1/jobs/${id}/video`,
        `/v1/videos/${id}/content`,
      ]
    ) {
      const answer = await get(path);
      assert.ok(
        [404, 422, 400].includes(answer.status),
        `${path} ${answer.status}`,
      );
      assert.equal(
        answer.headers.get("content-type"),
        "application/problem+json",
      );
      await answer.body?.cancel();
    }
  }
  assert.equal(
    (await problemOf(await get("/v1/jobs?limit=-1"), 422)).param,
    "limit",
  );
  assert.equal(
    (await problemOf(await get("/v1/jobs?limit=1e99"), 422)).param,
    "limit",
  );
  assert.equal(
    (await problemOf(await get("/v1/jobs?limit=1&limit=2"), 422)).param,
    "limit",
  );
  assert.equal(
    (await problemOf(await get("/v1/jobs?order=up"), 422)).param,
    "order",
  );
  assert.equal(
    (await problemOf(await get("/v1/jobs?page=2"), 422)).param,
    "page",
  );
  const key = await test.post("/v1/jobs", { prompt: "a" }, {
    headers: { "idempotency-key": "a".repeat(256) },
  });
  assert.equal((await problemOf(key, 422)).param, "idempotency-key");
  await problemOf(await get("/v1/nothing"), 404);
});

/** A body that never ends. */
function trickle(): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start: (controller) => controller.enqueue(new Uint8Array([123])),
  });
}

Deno.test("a client that sends its body too slowly is cut off", async () => {
  await using test: TestService = await testService({ bodyTime: 20 });
  const answer = await test.send("/v1/jobs", {
    method: "POST",
    body: trickle(),
    headers: { "content-type": "application/json" },
  });
  await problemOf(answer, 408);
});

Deno.test("an error of ours is not explained to the client", async () => {
  await using test = await testService({
    videos: {
      place: "nowhere",
      open: () => Promise.reject(new Error("secret /path")),
    } as unknown as TestService["videos"],
  });
  const { id } = await test.job();
  await test.drain();
  const answer = await test.send(`/v1/jobs/${id}/video`);
  const { detail } = await problemOf(answer, 500);
  assert.doesNotMatch(detail, /secret/);
  assert.match(test.lines.join("\n"), /secret \/path/);
});
