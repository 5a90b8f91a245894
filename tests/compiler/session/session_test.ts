import assert from "node:assert/strict";
import { HostValue } from "lib/compiler/session/host_value.ts";
import { Session } from "lib/compiler/session/session.ts";
import { float32 } from "lib/core/mod.ts";
import { encodeOnnx } from "lib/formats/onnx/mod.ts";
import "../_runtime.ts";

const type = { dtype: "float32", shape: [2] } as const;

/** A model that negates two numbers. */
const model = encodeOnnx({
  name: "negative",
  nodes: [{ operator: "Neg", inputs: ["x"], outputs: ["y"], attributes: {} }],
  initializers: [],
  inputs: [{ name: "x", ...type }],
  outputs: [{ name: "y", ...type }],
});

Deno.test("a session and a value that were disposed of refuse every use", async () => {
  const session = new Session(model, { threads: 1 });
  const [x, y] = [float32([2], [1, 2]), float32([2], [0, 0])];
  const [from, to] = [new HostValue(x), new HostValue(y)];
  session.bindInput("x", from);
  session.bindOutput("y", to);
  const running = session.run();
  session[Symbol.dispose]();
  session[Symbol.dispose]();
  await running;
  assert.deepEqual([...y.data], [-1, -2], "it ended after the run");
  const gone = { name: "DisposedError" };
  await assert.rejects(() => session.run(), gone);
  assert.throws(() => session.bindInput("x", from), gone);
  assert.throws(() => session.forgetBindings(), gone);
  assert.throws(() => session.endProfiling(), gone);
  assert.throws(() => session.handle, gone);
  for (const value of [from, to]) {
    value[Symbol.dispose]();
    value[Symbol.dispose]();
    assert.throws(() => value.handle, gone);
  }
});

Deno.test("a session refuses more threads than any machine has", () => {
  for (const threads of [0, 1.5, 100_000]) {
    assert.throws(() => new Session(model, { threads }), {
      name: "RangeError",
      message: "Cannot make a session: threads must be a whole number from 1 " +
        `to ${Math.max(256, navigator.hardwareConcurrency)}: current value ` +
        `is ${threads}`,
    });
  }
});
