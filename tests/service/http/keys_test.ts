import assert from "node:assert/strict";
import { createKey } from "lib/service/mod.ts";
import { testService } from "../_service.ts";

Deno.test("a key is shown once, listed without its secret, and revoked", async () => {
  await using test = await testService();
  const made = await (await test.post("/v1/keys", { name: "laptop" })).json();
  assert.match(made.key, /^aip_[0-9a-f]{12}_[A-Za-z0-9_-]{43}$/);
  assert.deepEqual(made.scopes, ["read", "write"]);
  const list = await (await test.send("/v1/keys")).text();
  assert.ok(!list.includes(made.key));
  assert.match(list, /"name":"laptop"/);
  assert.equal((await test.send("/v1/user", { key: made.key })).status, 200);
  const revoked = await test.send(`/v1/keys/${made.id}`, { method: "DELETE" });
  assert.notEqual((await revoked.json()).revoked_at, null);
  const refused = await test.send("/v1/user", { key: made.key });
  assert.equal((await refused.json()).error.code, "revoked_api_key");
});

Deno.test("only the hash of a key is kept", async () => {
  await using test = await testService();
  const { rows } = await test.database.selectFrom("api_keys").selectAll()
    .execute().then((rows) => ({ rows }));
  const text = JSON.stringify(rows.map(({ hash, ...row }) => ({
    ...row,
    hash: new TextDecoder().decode(hash),
  })));
  assert.ok(!text.includes(test.ann.key.slice(17)));
  assert.equal(rows[0]!.hash.length, 32);
});

Deno.test("a rotated key works beside the old one for the grace, then alone", async () => {
  await using test = await testService();
  const old = await (await test.post("/v1/keys", { name: "a" })).json();
  const answer = await test.post(`/v1/keys/${old.id}/rotate`, {
    grace_seconds: 60,
  });
  assert.equal(answer.status, 201);
  const next = await answer.json();
  assert.deepEqual([next.name, next.scopes], [old.name, old.scopes]);
  assert.equal(next.expires_at, null);
  for (const { key } of [old, next]) {
    assert.equal((await test.send("/v1/user", { key })).status, 200);
  }
  await test.post(`/v1/keys/${next.id}/rotate`, {});
  const refused = await test.send("/v1/user", { key: next.key });
  assert.equal((await refused.json()).error.code, "expired_api_key");
  const again = await test.post(`/v1/keys/${next.id}/rotate`, {});
  assert.equal(again.status, 409);
});

Deno.test("a key cannot make or rotate one that may do more", async () => {
  await using test = await testService();
  const { key } = await createKey(test.database, {
    owner: test.ann.id,
    name: "t",
    scopes: ["keys", "read"],
  });
  const more = await test.post("/v1/keys", { name: "n", scopes: ["write"] }, {
    key,
  });
  assert.equal(more.status, 422);
  assert.match(
    (await more.json()).detail,
    /^scopes: must be among .* keys, read/,
  );
  const rotated = await test.post(`/v1/keys/${test.ann.keyId}/rotate`, {}, {
    key,
  });
  assert.equal(rotated.status, 403);
  assert.equal((await rotated.json()).error.code, "missing_scope");
});

Deno.test("an expiry lies in the future, and ends the key", async () => {
  await using test = await testService();
  const past = await test.post("/v1/keys", {
    name: "n",
    expires_at: "2020-01-01T00:00:00Z",
  });
  assert.equal(past.status, 422);
  assert.equal((await past.json()).error.param, "expires_at");
  const until = new Date(Date.now() + 3_600_000).toISOString();
  const made =
    await (await test.post("/v1/keys", { name: "n", expires_at: until }))
      .json();
  assert.equal(made.expires_at, until);
});
