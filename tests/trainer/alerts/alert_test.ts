import assert from "node:assert/strict";
import { InputError } from "lib/core/mod.ts";
import {
  type Alert,
  alertChannels,
  emailChannel,
  readAlertConfig,
  sendAlert,
  webhookChannel,
} from "lib/trainer/alerts/mod.ts";

const ALERT: Alert = {
  kind: "failed",
  title: "The run failed",
  text: "the disk is full",
  run: "runs/nano",
  time: "2026-01-01T00:00:00.000Z",
};

Deno.test("an alert becomes a mail", async () => {
  const mails: unknown[] = [];
  const channel = emailChannel(
    { smtp: "smtp://localhost", from: "run@example.org", to: "me@example.org" },
    { sendMail: (mail) => Promise.resolve(mails.push(mail)) },
  );
  await channel.send(ALERT);
  assert.deepEqual(mails, [{
    from: "run@example.org",
    to: "me@example.org",
    subject: "[failed] The run failed",
    text: "the disk is full\n\nRun: runs/nano\n" +
      "Time: 2026-01-01T00:00:00.000Z\n",
  }]);
});

Deno.test("a webhook posts JSON and throws on an HTTP error", async () => {
  const requests: Request[] = [];
  let status = 204;
  const channel = webhookChannel(
    { url: "https://example.org/hook", headers: { authorization: "secret" } },
    (url, init) => {
      requests.push(new Request(url as string, init));
      return Promise.resolve(new Response(null, { status }));
    },
  );
  await channel.send(ALERT);
  const [request] = requests;
  assert.equal(request!.method, "POST");
  assert.equal(request!.headers.get("content-type"), "application/json");
  assert.equal(request!.headers.get("authorization"), "secret");
  assert.deepEqual(await request!.json(), {
    ...ALERT,
    text: "The run failed\nthe disk is full",
  });
  status = 500;
  await assert.rejects(
    () => channel.send(ALERT),
    new Error("the server answered 500"),
  );
});

Deno.test("a channel gets three attempts at growing intervals, then an error line", async () => {
  const waits: number[] = [];
  let tries = 0;
  const failing = {
    name: "webhook",
    send: () => {
      tries++;
      return Promise.reject(new Error("no route"));
    },
  };
  let late = 0;
  const slow = {
    name: "e-mail",
    send: () =>
      ++late < 2 ? Promise.reject(new Error("busy")) : Promise.resolve(),
  };
  const failures = await sendAlert(ALERT, [failing, slow], (milliseconds) => {
    waits.push(milliseconds);
    return Promise.resolve();
  });
  assert.deepEqual(failures, [
    'Cannot send "The run failed" by webhook: no route',
  ]);
  assert.deepEqual([tries, late], [3, 2]);
  assert.deepEqual(waits.sort(), [1000, 1000, 2000]);
});

Deno.test("receivers come from a file, else from the environment", () => {
  const environment = {
    ALERT_SMTP: "smtps://me:secret@example.org",
    ALERT_FROM: "run@example.org",
    ALERT_TO: "me@example.org",
  };
  assert.deepEqual(readAlertConfig(undefined, "", environment), {
    email: {
      smtp: "smtps://me:secret@example.org",
      from: "run@example.org",
      to: "me@example.org",
    },
  });
  assert.deepEqual(readAlertConfig(undefined, "", {}), {});
  const file = '{"webhook":{"url":"http://localhost:1/"}}';
  const config = readAlertConfig(file, "alerts.json", environment);
  assert.deepEqual(config, { webhook: { url: "http://localhost:1/" } });
  assert.deepEqual(alertChannels(config).map(({ name }) => name), ["webhook"]);
});

Deno.test("an invalid configuration of alerts is refused by its field", () => {
  const cases: [
    text: string | undefined,
    environment: Record<string, string>,
    message: RegExp,
  ][] = [
    ["{", {}, /^Cannot read "a\.json": it must be JSON: line 1, column 2: /],
    [
      '{"webhok":{}}',
      {},
      /^Cannot read alerts from "a\.json": it: Unrecognized key: "webhok"$/,
    ],
    [
      '{"webhook":{"url":"ftp://x"}}',
      {},
      /webhook\.url: must begin with http:\/\/ or https:\/\/$/,
    ],
    [
      undefined,
      { ALERT_SMTP: "smtp://x" },
      /^Cannot read alerts from the variables ALERT_\*: email\.from: /,
    ],
  ];
  for (const [text, environment, message] of cases) {
    assert.throws(
      () => readAlertConfig(text, "a.json", environment),
      (error) => {
        assert.ok(error instanceof InputError);
        assert.match(error.message, message);
        return true;
      },
    );
  }
});
