import assert from "node:assert/strict";
import { createKey } from "lib/service/mod.ts";
import { testService } from "../_service.ts";

/** What a request asks for, by its operation. */
const BODIES: Readonly<Record<string, unknown>> = {
  createJob: { prompt: "a" },
  generate: { prompt: "a" },
  estimate: { prompt: "a" },
  createVideo: { prompt: "a" },
  createKey: { name: "n" },
  rotateKey: {},
};

/** Scopes that operations need, where it is not `read`. */
const SCOPES: Readonly<Record<string, string>> = {
  createJob: "write",
  generate: "write",
  cancelJob: "write",
  createVideo: "write",
  deleteVideo: "write",
  createKey: "keys",
  listKeys: "keys",
  revokeKey: "keys",
  rotateKey: "keys",
  renewWebhookSecret: "keys",
};

interface Operation {
  readonly operationId: string;
  readonly security?: unknown;
}

Deno.test("each endpoint refuses each wrong key, and hides what others own", async (t) => {
  await using test = await testService();
  const { database, ann, bob } = test;
  const { id } = await test.job();
  await test.drain();
  const keyOf = async (
    owner: string,
    scopes: ("read" | "write" | "keys")[],
    expiresAt?: Date,
  ) => await createKey(database, { owner, name: "t", scopes, expiresAt });
  const readOnly = (await keyOf(ann.id, ["read"])).key;
  const noRead = (await keyOf(ann.id, ["write", "keys"])).key;
  const expired =
    (await keyOf(ann.id, ["read"], new Date(Date.now() - 1000))).key;
  const revoked = await keyOf(ann.id, ["read"]);
  await database.updateTable("api_keys").set({ revoked_at: new Date() })
    .where("id", "=", revoked.row.id).execute();
  const wrong = `${ann.key.slice(0, -1)}${ann.key.endsWith("A") ? "B" : "A"}`;
  const refusals = {
    "no key": ["", "invalid_api_key"],
    "no form of a key": ["sk-1", "invalid_api_key"],
    "a wrong key": [wrong, "invalid_api_key"],
    "an expired key": [expired, "expired_api_key"],
    "a revoked key": [revoked.key, "revoked_api_key"],
  } as const;
  const { paths } = await (await test.send("/openapi.json")).json();
  let count = 0;
  for (
    const [path, methods] of Object.entries<Record<string, Operation>>(paths)
  ) {
    for (const [method, { operationId, security }] of Object.entries(methods)) {
      count++;
      assert.ok(security, `${operationId} needs a key`);
      const target = path.includes("/keys/") ? ann.keyId : id;
      const body = BODIES[operationId];
      const ask = (key: string): Promise<Response> =>
        test.send(path.replace("{id}", target), {
          key,
          method: method.toUpperCase(),
          body: body === undefined ? undefined : JSON.stringify(body),
          headers: body === undefined
            ? {}
            : { "content-type": "application/json" },
        });
      await t.step(operationId, async () => {
        for (const [name, [key, code]] of Object.entries(refusals)) {
          const answer = await ask(key);
          assert.equal(answer.status, 401, name);
          assert.equal(answer.headers.get("www-authenticate"), "Bearer");
          assert.equal((await answer.json()).error.code, code, name);
        }
        const scope = SCOPES[operationId] ?? "read";
        const answer = await ask(scope === "read" ? noRead : readOnly);
        assert.equal(answer.status, 403);
        assert.match((await answer.json()).detail, new RegExp(`"${scope}"`));
        if (!path.includes("{id}")) return;
        const other = await ask(bob.key);
        assert.equal(other.status, 404);
        await other.body?.cancel();
      });
    }
  }
  assert.equal(count, 20);
  // Nothing of Ann's was changed by any of that.
  const job = await (await test.send(`/v1/jobs/${id}`)).json();
  assert.equal(job.status, "succeeded");
  const key = await database.selectFrom("api_keys").selectAll()
    .where("id", "=", ann.keyId).executeTakeFirstOrThrow();
  assert.equal(key.revoked_at, null);
});

Deno.test("lists, usage and models hold nothing of another user", async () => {
  await using test = await testService();
  await test.job({ prompt: "of Ann" });
  for (
    const path of [
      "/v1/jobs",
      "/v1/videos",
      "/v1/keys",
      "/v1/user",
      "/v1/models",
    ]
  ) {
    const text = await (await test.send(path, { key: test.bob.key })).text();
    assert.doesNotMatch(text, /of Ann|"Ann"/, path);
  }
  const user = await (await test.send("/v1/user", { key: test.bob.key }))
    .json();
  assert.equal(user.usage.unfinished_jobs, 0);
});

Deno.test("metrics need the scope of the operator", async () => {
  await using test = await testService();
  const { key } = await createKey(test.database, {
    owner: test.ann.id,
    name: "t",
    scopes: ["read", "write", "keys"],
  });
  assert.equal((await test.send("/metrics", { key })).status, 403);
  assert.equal((await test.send("/metrics", { key: "" })).status, 401);
  const answer = await test.send("/metrics");
  assert.equal(answer.status, 200);
  const text = await answer.text();
  assert.match(text, /aiprod_jobs\{status="queued"\} 0/);
  assert.match(text, /route="\/metrics",status="403"\} 1/);
});

Deno.test("more requests than the rate are told when to come again", async () => {
  await using test = await testService();
  await test.database.updateTable("users")
    .set({ requests_per_second: 0.01, burst: 2 })
    .where("id", "=", test.ann.id).execute();
  const statuses: number[] = [];
  for (let i = 0; i < 3; i++) {
    statuses.push((await test.send("/v1/user")).status);
  }
  assert.deepEqual(statuses, [200, 200, 429]);
  const answer = await test.send("/v1/models");
  assert.equal(answer.headers.get("retry-after"), "100");
  assert.equal((await answer.json()).error.code, "rate_limit_exceeded");
  assert.equal(
    (await test.send("/v1/user", { key: test.bob.key })).status,
    200,
  );
});
