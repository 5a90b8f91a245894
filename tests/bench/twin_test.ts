import assert from "node:assert/strict";
import { float32 } from "lib/core/mod.ts";
import { openTwin, Twin, type TwinTask } from "../../bench/twin.ts";

const TASK: TwinTask = {
  config: { factor: 10 },
  threads: 2,
  card: false,
  tensors: [["a", float32([2], [1, 2])], ["b", float32([1], [3])]],
};

/** A twin that speaks the protocol, in TypeScript: Python may be missing here. */
const FAKE = `
const { stdin, stdout } = process;
const say = (line) => stdout.write(line + "\\n");
say(JSON.stringify({ torch: "9.9" }));
let bytes = Buffer.alloc(0);
let ready;
stdin.on("data", (chunk) => {
  bytes = Buffer.concat([bytes, chunk]);
  for (;;) {
    const end = bytes.indexOf(10);
    if (end < 0) return;
    if (!ready) {
      const header = JSON.parse(bytes.subarray(0, end).toString());
      const count = header.tensors.reduce((n, { shape }) =>
        n + shape.reduce((x, y) => x * y, 1), 0);
      if (bytes.length < end + 1 + 4 * count) return;
      let sum = 0;
      for (let i = 0; i < count; i++) sum += bytes.readFloatLE(end + 1 + 4 * i);
      bytes = bytes.subarray(end + 1 + 4 * count);
      ready = sum * header.config.factor + header.threads;
      say(JSON.stringify({ layout: "any" }));
    } else {
      const line = bytes.subarray(0, end).toString();
      bytes = bytes.subarray(end + 1);
      if (line === "run") say("12.5 " + ready);
      if (line === "peak") say("4096");
    }
  }
});
`;

const fake = (code: string) => ({
  python: Deno.execPath(),
  args: [
    "eval",
    `import process from "node:process";
import { Buffer } from "node:buffer";
${code}`,
  ],
});

Deno.test("a twin is given weights and inputs, and runs a step at a time", async () => {
  await using twin = await Twin.start(fake(FAKE), TASK);
  assert.deepEqual([twin.version, twin.layout], ["9.9", "any"]);
  for (let i = 0; i < 2; i++) {
    assert.deepEqual(await twin.run(), { milliseconds: 12.5, value: 62 });
  }
  assert.equal(await twin.peakBytes(), 4096);
});

Deno.test("a Python without PyTorch is no twin", async () => {
  const code =
    `console.log(JSON.stringify({ error: "No module named torch" }))`;
  await assert.rejects(Twin.start(fake(code), TASK), {
    name: "NoTwinError",
    message: /has no PyTorch: No module named torch$/,
  });
});

Deno.test("a twin says which card it works on, or that it has none", async () => {
  const task = { ...TASK, tensors: [], card: true };
  const answer = (line: unknown) => `
console.log(JSON.stringify({ torch: "9.9" }));
process.stdin.once("data", (header) => console.log(
  JSON.parse(header).card ? ${
    JSON.stringify(JSON.stringify(line))
  } : "not asked for a card",
));
`;
  await using twin = await Twin.start(
    fake(answer({ layout: "any", card: "Loom 3" })),
    task,
  );
  assert.deepEqual(twin.made, {
    version: "9.9",
    layout: "any",
    card: "Loom 3",
  });
  const none = fake(answer({ error: "it sees no CUDA device" }));
  await assert.rejects(Twin.start(none, task), {
    name: "NoTwinError",
    message: /cannot do the same work: it sees no CUDA device$/,
  });
});

Deno.test("a program that says something else, or nothing, is no twin", async () => {
  await assert.rejects(Twin.start(fake(`console.log("hello")`), TASK), {
    name: "NoTwinError",
    message: /is not Python: it printed "hello"$/,
  });
  await assert.rejects(Twin.start(fake(`process.exit(7)`), TASK), {
    name: "NoTwinError",
    message: /ended at once, with code 7$/,
  });
});

Deno.test("a twin that ends in the middle is an error, not a time", async () => {
  const code = `
console.log(JSON.stringify({ torch: "9.9" }));
console.log(JSON.stringify({ layout: "any" }));
process.stdin.once("data", () => process.exit(3));
`;
  await using twin = await Twin.start(fake(code), { ...TASK, tensors: [] });
  await assert.rejects(twin.run(), {
    name: "Error",
    message: "Cannot read from the twin: it exited with code 3",
  });
});

Deno.test("openTwin() says why there is no comparison, and insists on what was asked for", async () => {
  const missing = "no-such-python-anywhere";
  await assert.rejects(openTwin("matmul", missing, TASK), {
    name: "InputError",
    message:
      /^Cannot use --torch: it must be a Python with PyTorch: no-such-python-anywhere cannot be started/,
  });
  // Tests may start Deno alone, so that python3 cannot be started either.
  assert.match(
    String(await openTwin("matmul", undefined, TASK)),
    /^no comparison with PyTorch: python3 cannot be started.*--torch$/,
  );
});
