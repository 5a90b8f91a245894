import assert from "node:assert/strict";
import {
  backboneFlops,
  CARD_BYTES,
  decisionsOf,
  memoryByPhase,
  phaseTokens,
  totalBytes,
  totalFlops,
} from "lib/ltx2/mod.ts";
import { baseModel } from "lib/recipes/analyze/mod.ts";

const own = baseModel();

Deno.test("baseModel() has the report's sizes within 2 %, and the tokens of its phases", () => {
  const { backbone, vae, text } = own.parameters;
  for (
    const [count, asked] of [[backbone, 280e6], [vae, 120e6], [text, 85e6]]
  ) {
    assert.ok(Math.abs(count! / asked! - 1) < 0.02, `${count} of ${asked}`);
  }
  assert.deepEqual(
    own.phases.map((phase) => phaseTokens(phase, own.latent)),
    [1024, 2400, 4608, 4608, 4608],
  );
});

Deno.test("a hybrid of 30 and 18 blocks never saves more than 1.6 times", () => {
  let most = 0;
  for (const video of [128, 1024, 4608, 65_536, 4_194_304]) {
    const counts = { video, text: own.textTokens };
    const ratio = totalFlops(backboneFlops(own.pure, counts)) /
      totalFlops(backboneFlops(own.hybrid, counts));
    assert.ok(ratio > 1.5, `${ratio} at ${video}`);
    most = Math.max(most, ratio);
  }
  // 48 / 30: what the ratio of the attentions alone would be.
  assert.ok(most < 1.6, `${most}`);
});

Deno.test("memoryByPhase() fits every phase in 8 GiB at last, and none if all is kept", () => {
  const fits = (plan: string): boolean[] =>
    memoryByPhase(own)
      .filter((row) => row.plan === plan)
      .map(({ memory }) => totalBytes(memory) <= CARD_BYTES);
  assert.deepEqual(fits("all kept"), [false, false, false, false, false]);
  assert.deepEqual(fits("by head"), [true, true, true, true, true]);
});

Deno.test("decisionsOf() gives five decisions, each of which saves something", () => {
  const decisions = decisionsOf(own);
  assert.equal(decisions.length, 5);
  for (const { name, saves } of decisions) {
    assert.ok(saves.before > 1.2 * saves.after, name);
  }
});
