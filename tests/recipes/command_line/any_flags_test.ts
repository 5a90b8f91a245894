import fc from "fast-check";
import assert from "node:assert/strict";
import * as bench from "../../../bench/flags.ts";
import { analyzeFlags } from "lib/recipes/analyze/mod.ts";
import { averageFlags } from "lib/recipes/average/main.ts";
import { captionsFlags } from "lib/recipes/captions/options.ts";
import {
  flagOf,
  type FlagSchema,
  helpText,
  readFlags,
} from "lib/recipes/command_line/mod.ts";
import { databaseFlags } from "lib/recipes/database/options.ts";
import { keysFlags } from "lib/recipes/keys/options.ts";
import { commonFlags, serveFlags } from "lib/recipes/serve/options.ts";
import { datasetFlags } from "lib/recipes/dataset/main.ts";
import { demoFlags } from "lib/recipes/demo/options.ts";
import { describeFlags } from "lib/recipes/describe/options.ts";
import { estimateFlags } from "lib/recipes/estimate/options.ts";
import { evaluateFlags } from "lib/recipes/evaluate/options.ts";
import { exportFlags } from "lib/recipes/export/options.ts";
import { generateFlags } from "lib/recipes/generate/options.ts";
import { outputAt } from "lib/recipes/generate/output.ts";
import { ingestFlags } from "lib/recipes/ingest/options.ts";
import { labFlags } from "lib/recipes/lab/main.ts";
import { metricsFlags } from "lib/recipes/metrics/options.ts";
import { htmlFlags, noFlags, runFlags } from "lib/recipes/notebook/options.ts";
import { packFlags } from "lib/recipes/pack/options.ts";
import { sensitivityFlags } from "lib/recipes/sensitivity/main.ts";
import { setupFlags } from "lib/recipes/setup/main.ts";
import { runConfigOf } from "lib/recipes/train/train_config.ts";
import { trainFlags } from "lib/recipes/train/options.ts";
import { weightsFlags } from "lib/recipes/weights/main.ts";
import { world3dFlags } from "lib/recipes/world3d/main.ts";
import { forAny, oddText, valueOrInputError } from "../../_any_input.ts";

/** The flags of every command. */
const COMMANDS: Readonly<Record<string, FlagSchema>> = {
  ...{ analyzeFlags, averageFlags, captionsFlags, datasetFlags, demoFlags },
  ...{ describeFlags, estimateFlags, evaluateFlags, exportFlags },
  ...{ generateFlags, ingestFlags, labFlags, metricsFlags, runFlags },
  ...{ htmlFlags, noFlags, packFlags, sensitivityFlags, setupFlags },
  ...{ trainFlags, weightsFlags, world3dFlags },
  ...{ databaseFlags, keysFlags, serveFlags, commonFlags },
  ...Object.fromEntries(
    Object.entries(bench).filter(([name]) => name.endsWith("Flags")).map((
      [name, flags],
    ) => [`bench ${name}`, flags as FlagSchema]),
  ),
};

/** Words of a command line: flags with and without values, and anything else. */
function argsOf(schema: FlagSchema): fc.Arbitrary<string[]> {
  const name = fc.oneof(
    fc.constantFrom(...Object.keys(schema.shape), "help", "").map(flagOf),
    oddText,
  );
  return fc.array(
    fc.oneof(
      fc.tuple(name, oddText).map(([flag, value]) => [`--${flag}=${value}`]),
      fc.tuple(name, oddText).map(([flag, value]) => [`--${flag}`, value]),
      oddText.map((text) => [text]),
    ),
    { maxLength: 4 },
  ).map((words) => words.flat());
}

function numbersIn(value: unknown): number[] {
  if (typeof value === "number") return [value];
  return typeof value === "object" && value !== null
    ? Object.values(value).flatMap(numbersIn)
    : [];
}

Deno.test("any command line gives options, help or an InputError", async () => {
  const commands = Object.entries(COMMANDS);
  assert.ok(commands.length > 25);
  for (const [command, schema] of commands) {
    await forAny(argsOf(schema), async (args) => {
      const options = await valueOrInputError(() => readFlags(schema, args));
      if (options === undefined) return;
      const numbers = numbersIn(options);
      assert.ok(numbers.every(Number.isFinite), `${command}: ${numbers}`);
    }, 300);
    assert.doesNotMatch(helpText("x", "X.", schema), /\[object|undefined|NaN/);
  }
});

Deno.test("any number flag refuses what is no decimal number", async () => {
  for (const schema of Object.values(COMMANDS)) {
    for (const [name, field] of Object.entries(schema.shape)) {
      if (![0.1, 1, 8].some((value) => field.safeParse(value).success)) {
        continue;
      }
      for (const text of ["", " ", "0x10", "1e400", "NaN", "Infinity"]) {
        const { error } = field.safeParse(text);
        assert.match(
          error?.issues[0]?.message ?? `${name} takes "${text}"`,
          /^must be a (whole )?number/,
        );
      }
    }
  }
  await forAny(fc.double(), (value) => {
    assert.equal(
      evaluateFlags.shape.guidance.safeParse(String(value)).success,
      Number.isFinite(value) && value >= 0 && !Object.is(value, -0) ||
        value === 0,
    );
  });
});

Deno.test("any options of a training and any output are read or refused", async () => {
  const args = argsOf(trainFlags).map((args) => ["--preset=tiny", ...args]);
  await forAny(args, async (args) => {
    const options = await valueOrInputError(() => readFlags(trainFlags, args));
    if (options === undefined) return;
    assert.equal(runConfigOf(options).plans.vae !== undefined, true);
  });
  await forAny(
    fc.tuple(oddText, fc.integer({ min: 1, max: 3 })),
    async ([path, count]) => {
      const output = await valueOrInputError(() => outputAt(path, count));
      if (output !== undefined) assert.equal(output.videos.length, count);
    },
  );
});
