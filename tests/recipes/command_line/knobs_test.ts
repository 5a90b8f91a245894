import assert from "node:assert/strict";
import * as z from "zod";
import {
  knobsOf,
  numberFlag,
  readKnobs,
  wholeNumber,
} from "lib/recipes/command_line/mod.ts";

const schema = z.strictObject({
  folder: z.string().min(1, "must not be empty").default("runs/a"),
  data: z.string().min(1, "must not be empty").optional(),
  seed: numberFlag().default(1),
  maxSteps: wholeNumber(1).optional(),
  batch: numberFlag().optional(),
  recompute: z.boolean().default(false),
});

Deno.test("readKnobs() leaves out optional flags of value 0 or empty, and no others", () => {
  assert.deepEqual(
    readKnobs(schema, { seed: 0, maxSteps: 0, data: "" }, []),
    { folder: "runs/a", seed: 0, recompute: false },
  );
  assert.throws(() => readKnobs(schema, { folder: "" }, []), {
    name: "InputError",
    message: 'Cannot use --folder: must not be empty: current value is ""',
  });
});

Deno.test("readKnobs() refuses a flag that is a knob, an unknown flag, and a wrong value", () => {
  const refuses = (words: string[], message: RegExp) =>
    assert.throws(() => readKnobs(schema, { seed: 2 }, words), {
      name: "InputError",
      message,
    });
  refuses(["--seed=3"], /there is no flag --seed/);
  refuses(["--batsh=3"], /there is no flag --batsh; did you mean --batch\?/);
  refuses(
    ["--max-steps=0"],
    /--max-steps: must be a whole number from 1: .* "0"/,
  );
  refuses(["8"], /^Unexpected argument "8"; the flags are --folder/);
  refuses(["--help"], /--help is for commands alone/);
});

Deno.test("what knobsOf() sets, readKnobs() reads as the same values", () => {
  const cases = [
    {},
    { data: "a folder, with = and spaces", batch: 8, recompute: true },
    { folder: "runs/-b", seed: -1, maxSteps: 7, batch: 0.5 },
  ];
  const fallbacks = { folder: "runs/tiny", seed: 1, maxSteps: 10 };
  for (const given of cases) {
    const values = schema.parse(given);
    const { knobs, words } = knobsOf(schema, values, fallbacks);
    assert.deepEqual(Object.keys(knobs), Object.keys(fallbacks));
    assert.deepEqual(readKnobs(schema, knobs, words), values);
  }
});
