import assert from "node:assert/strict";
import {
  formHandler,
  type FormValues,
  type FormVideo,
} from "lib/notebook/display/form.ts";

const fields = {
  prompt: { label: "prompt", value: 'a "red" circle' },
  seed: { label: "seed", value: 1, least: 0, most: 99 },
  motion: { label: "motion", value: "none", choices: ["none", "<left>"] },
};

type Values = FormValues<typeof fields>;

const videoOf = ({ prompt, seed }: Values): FormVideo => ({
  mp4: Uint8Array.of(1, 2),
  caption: `${prompt} ${seed}`,
});

/** Asks a form; a body is sent by POST. */
function asking(draw: (values: Values) => Promise<ReturnType<typeof videoOf>>) {
  const handler = formHandler({ fields, draw }, "/secret");
  return async (path: string, body?: unknown) => {
    const answer = await handler(
      new Request(`http://127.0.0.1:1${path}`, {
        method: body === undefined ? "GET" : "POST",
        body: body === undefined ? null : JSON.stringify(body),
      }),
    );
    const { status, headers } = answer;
    return { status, headers, text: await answer.text() };
  };
}

const sent = { prompt: "a cat", seed: 7, motion: "none" };

Deno.test("a form shows its fields and draws the video of the values that are sent", async () => {
  const given: Values[] = [];
  const ask = asking((values) => {
    given.push(values);
    return Promise.resolve(videoOf(values));
  });
  const { text } = await ask("/secret");
  assert.ok(text.includes('value="a &quot;red&quot; circle"'), text);
  assert.ok(
    text.includes('type="range" name="seed" min="0" max="99" step="1"'),
  );
  assert.ok(text.includes("<option selected>none</option>"));
  assert.ok(text.includes("<option>&lt;left&gt;</option>"));
  const drawn = await ask("/secret/draw", sent);
  assert.deepEqual(given, [sent]);
  assert.equal(drawn.status, 200);
  assert.match(drawn.text, /data:video\/mp4;base64,AQI=.*a cat 7/s);
});

Deno.test("a form shows a warning under its video", async () => {
  const ask = asking((values) =>
    Promise.resolve({ ...videoOf(values), warning: "unknown word <qwfp>" })
  );
  const { text } = await ask("/secret/draw", sent);
  assert.match(text, /<\/figure><p>unknown word &lt;qwfp&gt;<\/p>$/);
});

Deno.test("a form answers under its secret path alone, and names a wrong value", async () => {
  const ask = asking(() => Promise.reject(new Error("too fast")));
  for (const path of ["/", "/draw", "/secret/other", "/secre"]) {
    assert.equal((await ask(path)).status, 404, path);
  }
  assert.equal((await ask("/secret/draw")).status, 404, "GET");
  const alive = await ask("/secret/alive");
  assert.equal(alive.headers.get("access-control-allow-origin"), "*");
  const page = await ask("/secret");
  assert.equal(page.headers.get("access-control-allow-origin"), null);
  const cases: [Record<string, unknown>, string][] = [
    [{ seed: 100 }, "Cannot draw: seed must be from 0 to 99: it is 100"],
    [{ seed: "7" }, 'Cannot draw: seed must be from 0 to 99: it is "7"'],
    [
      { motion: "up" },
      'Cannot draw: motion must be one of none, <left>: it is "up"',
    ],
    [{ prompt: null }, "Cannot draw: prompt must be a text: it is null"],
    [{}, "too fast"],
  ];
  for (const [change, message] of cases) {
    const { status, text } = await ask("/secret/draw", { ...sent, ...change });
    assert.deepEqual([status, text], [400, message]);
  }
});

Deno.test("a form draws one video after another, and of those that wait the last", async () => {
  const begun: number[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const ask = asking(async (values) => {
    begun.push(values.seed);
    await promise;
    return videoOf(values);
  });
  const draw = (seed: number) => ask("/secret/draw", { ...sent, seed });
  const answers = [draw(1)];
  await new Promise((done) => setTimeout(done, 1));
  assert.deepEqual(begun, [1]);
  answers.push(draw(2), draw(3));
  await new Promise((done) => setTimeout(done, 1));
  resolve();
  const statuses = (await Promise.all(answers)).map(({ status }) => status);
  assert.deepEqual(statuses, [200, 409, 200]);
  assert.deepEqual(begun, [1, 3]);
});
