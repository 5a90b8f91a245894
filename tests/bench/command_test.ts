import assert from "node:assert/strict";
import { backboneConfigOf, stepFlags } from "../../bench/flags.ts";
import { readCommand } from "../../bench/main.ts";
import { benchVae } from "../../bench/vae.ts";

function optionsOf(...args: string[]): Record<string, unknown> {
  const command = readCommand(args);
  assert.ok(typeof command === "object");
  return command.options;
}

Deno.test("readCommand() knows the sizes that are measured", () => {
  const { device, steps, json, save, profile } = optionsOf("matmul");
  assert.deepEqual([device, steps, json, save, profile], [
    "cpu",
    10,
    false,
    false,
    false,
  ]);
  const { m, k, n } = optionsOf("matmul");
  assert.deepEqual([m, k, n], [1024, 768, 3072]);
  const { from, to, cells } = optionsOf("conv3d");
  assert.deepEqual([from, to, cells], [64, 64, "8x32x32"]);
  const vae = optionsOf("vae");
  assert.deepEqual([vae.clip, vae.batch], ["16x64x64", 4]);
  const step = optionsOf("step");
  assert.deepEqual(
    [step.attention, step.cnn, step.width, step.tokens, step.batch],
    [2, 1, 768, "4x16x16", 1],
  );
});

Deno.test("readCommand() draws with the shipped model unless another is named", () => {
  const { checkpoint, clips, samplerSteps } = optionsOf("generate");
  assert.deepEqual([checkpoint, clips, samplerSteps], [
    "checkpoints/nano",
    1,
    20,
  ]);
});

Deno.test("readCommand() reads flags, and switches that stand alone", () => {
  const options = optionsOf("step", "--json", "--cnn-width", "8", "--save");
  assert.deepEqual(
    [options.json, options.save, options.profile, options.cnnWidth],
    [true, true, false, 8],
  );
});

Deno.test("readCommand() refuses what it does not know", () => {
  const cases: [args: string[], message: string | RegExp][] = [
    [
      ["matmull"],
      'Cannot measure "matmull": the benches are binding, matmul, overhead, features, conv3d, vae, step, generate, ingest, synthetic, trainer, ranks, check',
    ],
    [
      ["constructor"],
      'Cannot measure "constructor": the benches are binding, matmul, overhead, features, conv3d, vae, step, generate, ingest, synthetic, trainer, ranks, check',
    ],
    [["vae", "--setps", "3"], /--setps.*did you mean --steps/],
    [["vae", "--steps", "0"], /--steps.*must be a whole number from 1.*"0"/],
    [["vae", "--steps", "many"], /must be a whole number from 1.*"many"/],
    [
      ["vae", "--clip", "16x64"],
      /--clip.*three whole numbers from 1, such as 4x16x16.*"16x64"/,
    ],
    [["step", "--tokens", "0x1x1"], /--tokens.*three whole numbers from 1/],
    [["step", "--device", "abacus"], /--device.*must be.*"abacus"/],
    [["matmul", "--torch", ""], /--torch.*must not be empty/],
  ];
  for (const [args, message] of cases) {
    assert.throws(() => readCommand(args), { name: "InputError", message });
  }
});

Deno.test("readCommand() gives help for all benches and for each", () => {
  for (const args of [[], ["--help"]]) {
    const text = String(readCommand(args));
    for (const name of ["matmul", "conv3d", "vae", "step"]) {
      assert.match(text, new RegExp(`^  ${name} `, "m"));
    }
  }
  assert.match(String(readCommand(["step", "--help"])), /--cnn-width/);
});

Deno.test("backboneConfigOf() refuses blocks that cannot be", () => {
  const options = stepFlags.parse({ width: 100 });
  assert.throws(() => backboneConfigOf(options), {
    name: "InputError",
    message:
      "Cannot create the blocks: width must be a multiple of 2 x heads: current width is 100, heads 12, attention 2, cnn 1",
  });
  const none = stepFlags.parse({ attention: 0, cnn: 0 });
  assert.throws(() => backboneConfigOf(none), {
    name: "InputError",
    message: /^Cannot create the blocks: there must be at least one block/,
  });
});

Deno.test("vae refuses a clip that its levels cannot halve", async () => {
  const { options } = readCommand(["vae", "--clip", "16x64x60"]) as never as {
    options: Parameters<typeof benchVae>[0];
  };
  await assert.rejects(benchVae(options), {
    name: "InputError",
    message:
      'Cannot use --clip: frames must be a multiple of 4, height and width of 16: current value is "16x64x60"',
  });
});
