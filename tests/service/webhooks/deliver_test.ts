import assert from "node:assert/strict";
import { sql } from "kysely";
import { Webhook, WebhookVerificationError } from "standardwebhooks";
import {
  courierOver,
  deliverWebhooks,
  type Message,
  type Receipt,
  runCourier,
} from "lib/service/webhooks/mod.ts";
import { silentLog, type TestService, testService } from "../_service.ts";

/** Makes a job with a webhook and ends it. */
async function endedJob(test: TestService, prompt = "a"): Promise<string> {
  const { id } = await test.job({
    prompt,
    webhook_url: "https://example.com/hook",
  });
  await test.drain();
  return id;
}

const renew = async (test: TestService): Promise<string> =>
  (await (await test.send("/v1/webhook_secret", { method: "POST" })).json())
    .secret;

/** Sends what is due to a courier that keeps it and gives one receipt. */
async function deliver(
  test: TestService,
  receipt: Receipt,
  now = Date.now(),
): Promise<Message[]> {
  const messages: Message[] = [];
  await deliverWebhooks(
    test.database,
    (message) => {
      messages.push(message);
      return Promise.resolve(receipt);
    },
    silentLog,
    () => now,
  );
  return messages;
}

Deno.test("a webhook is signed so that a public client accepts it, once", async () => {
  await using test = await testService();
  const secret = await renew(test);
  const id = await endedJob(test);
  const [message, ...more] = await deliver(test, { status: 204 });
  assert.equal(more.length, 0);
  const { url, body, headers } = message!;
  assert.equal(url, "https://example.com/hook");
  const payload = new Webhook(secret).verify(body, { ...headers }) as {
    type: string;
    data: unknown;
  };
  assert.equal(payload.type, "job.succeeded");
  assert.deepEqual(payload.data, {
    id,
    object: "job",
    status: "succeeded",
    model: "stand-in",
    error: null,
  });
  assert.doesNotMatch(body, /prompt/);
  assert.deepEqual(await deliver(test, { status: 204 }), []);
});

Deno.test("a replayed, changed or foreign webhook is refused by its receiver", async () => {
  await using test = await testService();
  const secret = await renew(test);
  await endedJob(test);
  const hour = 3_600_000;
  const [old] = await deliver(test, { status: 500 }, Date.now() - hour);
  const receiver = new Webhook(secret);
  assert.throws(
    () => receiver.verify(old!.body, { ...old!.headers }),
    WebhookVerificationError,
  );
  await sql`update webhook_deliveries set run_at = now()`.execute(
    test.database,
  );
  const [fresh] = await deliver(test, { status: 200 });
  receiver.verify(fresh!.body, { ...fresh!.headers });
  assert.equal(fresh!.headers["webhook-id"], old!.headers["webhook-id"]);
  assert.throws(
    () => receiver.verify(`${fresh!.body} `, { ...fresh!.headers }),
    WebhookVerificationError,
  );
  const other = new Webhook(`whsec_${new Uint8Array(24).toBase64()}`);
  assert.throws(
    () => other.verify(fresh!.body, { ...fresh!.headers }),
    WebhookVerificationError,
  );
});

Deno.test("both secrets sign for a day after a new one", async () => {
  await using test = await testService();
  const old = await renew(test);
  const next = await renew(test);
  await endedJob(test);
  const [message] = await deliver(test, { status: 500 });
  for (const secret of [old, next]) {
    new Webhook(secret).verify(message!.body, { ...message!.headers });
  }
  await sql`update users set old_secret_until = now()`.execute(test.database);
  await sql`update webhook_deliveries set run_at = now()`.execute(
    test.database,
  );
  const [later] = await deliver(test, { status: 200 });
  assert.throws(() =>
    new Webhook(old).verify(later!.body, { ...later!.headers })
  );
  new Webhook(next).verify(later!.body, { ...later!.headers });
});

Deno.test("a webhook that is not received is sent again, and given up at last", async () => {
  await using test = await testService();
  await renew(test);
  await endedJob(test);
  const row = () =>
    test.database.selectFrom("webhook_deliveries").selectAll()
      .executeTakeFirstOrThrow();
  let attempts = 0;
  for (; (await row()).failed_at === null; attempts++) {
    assert.equal((await deliver(test, { error: "no route" })).length, 1);
    // Not before its time.
    assert.deepEqual(await deliver(test, { status: 200 }), []);
    await sql`update webhook_deliveries set run_at = now()`.execute(
      test.database,
    );
  }
  assert.equal(attempts, 9);
  assert.equal((await row()).last_error, "no route");
  assert.equal((await row()).delivered_at, null);
});

Deno.test("a receiver that is gone is asked once", async () => {
  await using test = await testService();
  await renew(test);
  await endedJob(test);
  await deliver(test, { status: 410 });
  const row = await test.database.selectFrom("webhook_deliveries").selectAll()
    .executeTakeFirstOrThrow();
  assert.notEqual(row.failed_at, null);
  assert.equal(row.last_error, "status 410");
});

Deno.test("two processes that deliver at once send each webhook once", async () => {
  await using test = await testService();
  await renew(test);
  for (let i = 0; i < 4; i++) await endedJob(test, `${i}`);
  const sent = (await Promise.all([
    deliver(test, { status: 200 }),
    deliver(test, { status: 200 }),
  ])).flat();
  assert.equal(sent.length, 4);
  assert.equal(
    new Set(sent.map(({ headers }) => headers["webhook-id"])).size,
    4,
  );
});

Deno.test("a courier answers over two pipes, and its end is an error", async () => {
  const there = new TransformStream<Uint8Array, Uint8Array>();
  const back = new TransformStream<Uint8Array, Uint8Array>();
  const writer = (stream: TransformStream<Uint8Array, Uint8Array>) => {
    const sink = stream.writable.getWriter();
    return {
      sink,
      write: (line: string) =>
        sink.write(new TextEncoder().encode(`${line}\n`)),
    };
  };
  const out = writer(there);
  const home = writer(back);
  const running = runCourier(
    there.readable,
    home.write,
    (message) => Promise.resolve({ status: message.url.length }),
  );
  const { courier, closed } = courierOver(back.readable, out.write);
  const message = (url: string): Message => ({ url, headers: {}, body: "ü\n" });
  assert.deepEqual(
    await Promise.all([courier(message("a")), courier(message("bb"))]),
    [{ status: 1 }, { status: 2 }],
  );
  await out.sink.close();
  await running;
  const waiting = courier(message("ccc"));
  await home.sink.close();
  await closed;
  const gone = { error: "the process that sends webhooks is gone" };
  assert.deepEqual(await waiting.catch(() => gone), gone);
  assert.deepEqual(await courier(message("d")), gone);
});
