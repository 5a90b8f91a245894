import assert from "node:assert/strict";
import { createKey } from "lib/service/mod.ts";
import { type TestService, testService } from "../_service.ts";

/** Signs in by a key and gives the cookie. */
async function signIn(test: TestService, key: string): Promise<string> {
  const body = new URLSearchParams({ key });
  const answer = await test.app.request("http://service/dashboard/session", {
    method: "POST",
    body,
    headers: { origin: "http://service" },
  });
  assert.equal(answer.status, 303, await answer.text());
  const cookie = answer.headers.get("set-cookie")!;
  assert.match(cookie, /HttpOnly; SameSite=Strict$/);
  assert.ok(!cookie.includes(key));
  return cookie.split(";")[0]!;
}

const get = (
  test: TestService,
  path: string,
  cookie = "",
): Response | Promise<Response> =>
  test.app.request(`http://service${path}`, { headers: { cookie } });

Deno.test("without a session the dashboard shows a form and nothing else", async () => {
  await using test = await testService();
  await test.job({ prompt: "of Ann" });
  const page = await (await get(test, "/dashboard")).text();
  assert.match(page, /name="key"/);
  assert.doesNotMatch(page, /of Ann/);
  for (
    const path of [
      "/dashboard/panels/jobs",
      "/dashboard/runs",
      "/dashboard/videos/x",
    ]
  ) {
    const answer = await get(test, path);
    assert.deepEqual([answer.status, answer.headers.get("location")], [
      302,
      "/dashboard",
    ]);
  }
});

Deno.test("the dashboard shows jobs, escapes prompts, and plays videos", async () => {
  await using test = await testService();
  const { id } = await test.job({ prompt: "<img src=x onerror=alert(1)>" });
  await test.drain();
  const cookie = await signIn(test, test.ann.key);
  const page = await (await get(test, "/dashboard", cookie)).text();
  assert.match(page, /&lt;img src=x onerror=alert\(1\)&gt;/);
  assert.doesNotMatch(page, /<img src=x/);
  assert.match(page, new RegExp(`src="/dashboard/videos/${id}"`));
  const video = await get(test, `/dashboard/videos/${id}`, cookie);
  assert.equal((await video.arrayBuffer()).byteLength, 20_000);
  for (
    const panel of [
      "queue",
      "workers",
      "latency",
      "cost",
      "jobs",
      "videos",
      "keys",
    ]
  ) {
    const answer = await get(test, `/dashboard/panels/${panel}`, cookie);
    assert.equal(answer.status, 200, panel);
    assert.doesNotMatch(await answer.text(), /undefined|\[object|NaN/, panel);
  }
  assert.equal(
    (await get(test, "/dashboard/panels/constructor", cookie)).status,
    404,
  );
});

Deno.test("a user without the operator's scope sees only their own", async () => {
  await using test = await testService();
  const { id } = await test.job({ prompt: "of Ann" });
  await test.drain();
  const { key } = await createKey(test.database, {
    owner: test.bob.id,
    name: "plain",
    scopes: ["read"],
  });
  const cookie = await signIn(test, key);
  const page = await (await get(test, "/dashboard", cookie)).text();
  assert.doesNotMatch(page, /of Ann|Workers|Trainings|Revoke<|Make a key/);
  assert.equal(
    (await get(test, `/dashboard/videos/${id}`, cookie)).status,
    404,
  );
  assert.equal(
    (await get(test, "/dashboard/panels/workers", cookie)).status,
    403,
  );
  assert.equal((await get(test, "/dashboard/runs", cookie)).status, 403);
  const operator = await signIn(test, test.bob.key);
  assert.match(
    await (await get(test, "/dashboard", operator)).text(),
    /of Ann/,
  );
});

Deno.test("a session ends with its key, cannot be forged, and needs its own page", async () => {
  await using test = await testService();
  const cookie = await signIn(test, test.ann.key);
  const forged = cookie.replace(test.ann.keyId, test.bob.keyId);
  assert.equal((await get(test, "/dashboard/panels/jobs", forged)).status, 302);
  const foreign = await test.app.request(
    `http://service/dashboard/keys/${test.ann.keyId}/revoke`,
    {
      method: "POST",
      headers: {
        cookie,
        origin: "http://evil.example",
        "content-type": "application/x-www-form-urlencoded",
      },
    },
  );
  assert.equal(foreign.status, 403);
  const revoke = await test.app.request(
    `http://service/dashboard/keys/${test.ann.keyId}/revoke`,
    { method: "POST", headers: { cookie, origin: "http://service" } },
  );
  assert.equal(revoke.status, 303);
  assert.equal((await get(test, "/dashboard/panels/jobs", cookie)).status, 302);
});

Deno.test("behind a proxy with TLS one signs in, and the cookie is for TLS alone", async () => {
  await using test = await testService();
  const answer = await test.app.request(
    "http://inside:8750/dashboard/session",
    {
      method: "POST",
      body: new URLSearchParams({ key: test.ann.key }),
      headers: {
        "host": "films.example",
        "origin": "https://films.example",
        "x-forwarded-proto": "https",
      },
    },
  );
  assert.equal(answer.status, 303);
  assert.match(answer.headers.get("set-cookie")!, /; Secure/);
});

Deno.test("a wrong key does not sign in", async () => {
  await using test = await testService();
  const answer = await test.app.request("http://service/dashboard/session", {
    method: "POST",
    body: new URLSearchParams({ key: "aip_1" }),
    headers: { origin: "http://service" },
  });
  assert.equal(answer.status, 401);
  assert.match(await answer.text(), /This key is unknown/);
});

Deno.test("trainings are shown with curves and files, and no path leads out", async () => {
  const runs = await Deno.makeTempDir();
  await Deno.mkdir(`${runs}/one/samples`, { recursive: true });
  await Deno.writeTextFile(`${runs}/secret.txt`, "secret");
  await Deno.writeTextFile(
    `${runs}/one/metrics.jsonl`,
    [1, 2, 3].map((step) =>
      JSON.stringify({ stage: "vae", step, loss: 1 / step })
    ).join("\n"),
  );
  await Deno.writeTextFile(`${runs}/one/report.html`, "<script>1</script>");
  await Deno.writeFile(`${runs}/one/samples/vae-3.png`, new Uint8Array([1, 2]));
  await using test = await testService({ runs });
  const cookie = await signIn(test, test.ann.key);
  assert.match(
    await (await get(test, "/dashboard/runs", cookie)).text(),
    />one</,
  );
  const page = await (await get(test, "/dashboard/runs/one", cookie)).text();
  assert.match(page, /vae, loss: 0\.3333 at 3/);
  assert.match(page, /<polyline points="0\.0,5\.0 150\.0,87\.5 300\.0,115\.0"/);
  const sheet = await get(test, "/dashboard/runs/one/vae-3.png", cookie);
  assert.equal((await sheet.arrayBuffer()).byteLength, 2);
  const report = await get(test, "/dashboard/runs/one/report.html", cookie);
  assert.match(
    report.headers.get("content-security-policy")!,
    /^sandbox allow-scripts; default-src 'none'/,
  );
  await report.body?.cancel();
  for (
    const path of [
      "..",
      "%2e%2e",
      "one/..%2f..%2fsecret.txt",
      "one/metrics.jsonl",
      "%2fetc",
      "one%2fsamples",
    ]
  ) {
    const answer = await get(test, `/dashboard/runs/${path}`, cookie);
    assert.ok(
      answer.status === 404 ||
        !(await answer.clone().text()).includes("secret"),
      path,
    );
    await answer.body?.cancel();
  }
  await Deno.remove(runs, { recursive: true });
});
