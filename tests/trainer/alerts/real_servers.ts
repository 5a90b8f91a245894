/**
 * Sends alerts to a real SMTP server and a real HTTP server on this machine,
 * and checks what arrives. By hand, for the gate has no network:
 *
 *     deno run -A tests/trainer/alerts/real_servers.ts
 */
import assert from "node:assert/strict";
import { alertChannels, sendAlert } from "lib/trainer/alerts/mod.ts";

/** An SMTP server for one mail (RFC 5321): resolves with what it was told. */
async function smtpServer(listener: Deno.Listener): Promise<string> {
  using connection = await listener.accept();
  const decoder = new TextDecoder();
  const say = async (line: string): Promise<void> => {
    await connection.write(new TextEncoder().encode(`${line}\r\n`));
  };
  await say("220 here ESMTP");
  let [all, pending, isData] = ["", "", false];
  for await (
    const chunk of connection.readable.values({ preventCancel: true })
  ) {
    const text = decoder.decode(chunk, { stream: true });
    all += text;
    pending += text;
    for (;;) {
      const end = pending.indexOf(isData ? "\r\n.\r\n" : "\r\n");
      if (end === -1) break;
      const line = pending.slice(0, end);
      pending = pending.slice(end + (isData ? 5 : 2));
      if (isData) {
        isData = false;
        await say("250 taken");
      } else if (line.startsWith("EHLO")) await say("250 here");
      else if (line === "DATA") {
        isData = true;
        await say("354 go on");
      } else if (line === "QUIT") {
        await say("221 bye");
        return all;
      } else await say("250 fine");
    }
  }
  return all;
}

const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
const mail = smtpServer(listener);
const posted = Promise.withResolvers<unknown>();
const http = Deno.serve(
  { hostname: "127.0.0.1", port: 0, onListen() {} },
  async (request) => {
    posted.resolve(await request.json());
    return new Response("thanks");
  },
);
const alert = {
  kind: "finished",
  title: "The run is done",
  text: "all five phases",
  run: "runs/nano",
  time: new Date(0).toISOString(),
} as const;
const failures = await sendAlert(
  alert,
  alertChannels({
    email: {
      smtp: `smtp://127.0.0.1:${(listener.addr as Deno.NetAddr).port}`,
      from: "run@example.org",
      to: "me@example.org, you@example.org",
    },
    webhook: { url: `http://127.0.0.1:${http.addr.port}/hook` },
  }),
  () => Promise.resolve(),
);
assert.deepEqual(failures, []);
const text = await mail;
for (
  const part of [
    "MAIL FROM:<run@example.org>",
    "RCPT TO:<me@example.org>",
    "RCPT TO:<you@example.org>",
    "Subject: [finished] The run is done",
    "all five phases",
    "Run: runs/nano",
  ]
) assert.ok(text.includes(part), `${part} is missing from:\n${text}`);
assert.deepEqual(await posted.promise, {
  ...alert,
  text: "The run is done\nall five phases",
});
listener.close();
await http.shutdown();
Deno.stdout.writeSync(
  new TextEncoder().encode("an e-mail and a webhook arrived\n"),
);
