import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import {
  disposeState,
  jitWithState,
  openDevice,
  readState,
  uploadState,
} from "lib/compiler/mod.ts";
import { scalar, zeros } from "lib/core/mod.ts";
import "./_runtime.ts";

const device = await openDevice("cpu", { threads: 1 });

/** Enough products to keep a core busy for a while on any machine. */
const PRODUCTS = 60;

/** A step that takes a while and counts itself. */
function slowStep(
  { count }: { count: tf.Tensor },
  { x }: { x: tf.Tensor },
): { state: { count: tf.Tensor }; outputs: { y: tf.Tensor } } {
  let y = x;
  for (let i = 0; i < PRODUCTS; i++) y = tf.tanh(tf.matMul(y, x));
  return { state: { count: tf.add(count, 1) }, outputs: { y: tf.sum(y) } };
}

Deno.test("timers and messages go on while a step runs", async () => {
  const state = await uploadState(device, { count: scalar(0) });
  using step = jitWithState(slowStep, state, { device, name: "slow" });
  const inputs = { x: zeros([512, 512]) };
  step.prepare(inputs);
  const { port1, port2 } = new MessageChannel();
  const happened = { ticks: 0, messages: 0 };
  const timer = setInterval(() => {
    happened.ticks++;
    port2.postMessage("alive");
  }, 1);
  port1.onmessage = () => happened.messages++;
  let running = true;
  const run = step.run(inputs).finally(() => running = false);
  // What a notebook's kernel does meanwhile: answers, until it has seen enough.
  while (running && (happened.ticks < 5 || happened.messages < 5)) {
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  const during = { ...happened, running };
  await run;
  clearInterval(timer);
  port1.close();
  port2.close();
  disposeState(state);
  assert.ok(during.running, "the step must still have run");
  assert.ok(during.ticks >= 5 && during.messages >= 5, JSON.stringify(during));
});

Deno.test("an interrupt during a step stops the loop after that step, with the state whole", async () => {
  const state = await uploadState(device, { count: scalar(0) });
  using step = jitWithState(slowStep, state, { device, name: "slow" });
  const inputs = { x: zeros([512, 512]) };
  const abort = new AbortController();
  let finished = 0;
  const loop = async (): Promise<void> => {
    for (;;) {
      const run = step.run(inputs, { signal: abort.signal });
      // From a timer, as a notebook's interrupt comes, in the middle of the second step.
      if (finished === 1) setTimeout(() => abort.abort(), 0);
      await run;
      finished++;
    }
  };
  await assert.rejects(loop, { name: "AbortError" });
  const { count } = await readState(state);
  disposeState(state);
  assert.deepEqual([finished, count.data[0]], [2, 2]);
});
