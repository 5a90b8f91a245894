import assert from "node:assert/strict";
import type * as z from "zod";
import { backboneConfigSchema } from "lib/models/backbone/mod.ts";
import { textConfigSchema } from "lib/models/text/mod.ts";
import { vaeConfigSchema } from "lib/models/vae/mod.ts";
import { PRESETS } from "lib/recipes/presets.ts";

const SCHEMAS: Record<"vae" | "text" | "backbone", z.ZodType> = {
  vae: vaeConfigSchema,
  text: textConfigSchema,
  backbone: backboneConfigSchema,
};

function problemsOf(kind: keyof typeof SCHEMAS, fields: object): string[] {
  const result = SCHEMAS[kind].safeParse({ ...PRESETS.tiny[kind], ...fields });
  return result.success
    ? []
    : result.error.issues.map(({ path, message }) =>
      [...path, message].join(": ")
    );
}

Deno.test("every preset is legal and read as it is", () => {
  for (const models of Object.values(PRESETS)) {
    for (const kind of ["vae", "text", "backbone"] as const) {
      assert.deepEqual(SCHEMAS[kind].parse(models[kind]), models[kind]);
    }
  }
});

Deno.test("configurations refuse unknown keys", () => {
  for (const kind of ["vae", "text", "backbone"] as const) {
    assert.deepEqual(problemsOf(kind, { widht: 8 }), [
      'Unrecognized key: "widht"',
    ]);
  }
});

Deno.test("configurations refuse widths that heads do not divide into pairs", () => {
  assert.deepEqual(problemsOf("vae", { heads: 3 }), [
    "the last width must be a multiple of 2 x heads",
  ]);
  assert.deepEqual(problemsOf("text", { width: 36, heads: 4 }), [
    "width must be a multiple of 2 x heads",
  ]);
  assert.deepEqual(problemsOf("backbone", { width: 50 }), [
    "width must be a multiple of 2 x heads",
  ]);
});

Deno.test("configurations refuse an output that heads do not divide", () => {
  assert.deepEqual(problemsOf("text", { outputWidth: 49 }), [
    "outputWidth must be a multiple of heads",
  ]);
});

Deno.test("a beta begins between its bounds", () => {
  const problem = "beta: initial must lie between min and max";
  for (const initial of [0.1, 1, 0.05, 2]) {
    const beta = { initial, min: 0.1, max: 1 };
    assert.deepEqual(problemsOf("vae", { beta }), [problem], `${initial}`);
  }
  assert.deepEqual(
    problemsOf("vae", { beta: { initial: 0.5, min: 0.1, max: 1 } }),
    [],
  );
  assert.equal(
    problemsOf("vae", { beta: { initial: 0.5, min: -1, max: 1 } }).length,
    1,
  );
});

Deno.test("a backbone attends to text in one of two ways", () => {
  assert.deepEqual(problemsOf("backbone", { textConditioning: "cross" }), []);
  assert.equal(problemsOf("backbone", { textConditioning: "both" }).length, 1);
});

Deno.test("configurations refuse what is no size", () => {
  assert.equal(problemsOf("vae", { patch: 0 }).length, 1);
  assert.match(problemsOf("vae", { widths: [] })[0]!, /^widths: Too small/);
  assert.equal(problemsOf("vae", { latentChannels: 1.5 }).length, 1);
  assert.equal(problemsOf("text", { maxWords: 0 }).length, 1);
  assert.equal(problemsOf("backbone", { width: "48" }).length, 1);
  assert.deepEqual(
    problemsOf("backbone", { attentionLayers: 0, cnnLayers: 0 }),
    [
      "there must be at least one block",
    ],
  );
});
