import assert from "node:assert/strict";
import { InputError } from "lib/core/mod.ts";
import { readFlags } from "lib/recipes/command_line/mod.ts";
import {
  configFileOf,
  flagsWithDefaults,
} from "lib/recipes/train/config_file.ts";
import { channelsOf, trainCommand } from "lib/recipes/train/mod.ts";
import { trainFlags } from "lib/recipes/train/options.ts";

Deno.test("a file sets defaults, and flags override them", () => {
  const flags = flagsWithDefaults(
    trainFlags,
    '{"preset":"tiny","batch":3,"hours":1.5,"dryRun":true}',
    "run.json",
  );
  const options = readFlags(flags, ["--batch", "5", "--seed", "7"])!;
  assert.equal(options.preset, "tiny");
  assert.equal(options.batch, 5);
  assert.equal(options.seed, 7);
  assert.equal(options.hours, 1.5);
  assert.equal(options.dryRun, true);
  assert.equal(options.run, "runs/train");
});

Deno.test("invalid fields of a file are refused by name", () => {
  const cases: [text: string, message: RegExp][] = [
    ["{", /^Cannot read "run\.json": it must be JSON: line 1, column 2: /],
    [
      "[1]",
      /^Cannot use "run\.json": it must be a JSON object: current value is \[1\]$/,
    ],
    [
      '{"bach":3}',
      /^Cannot use "run\.json": there is no field "bach"; the fields are preset, model, backbone, run, /,
    ],
    [
      '{"first":0.7}',
      /^Cannot use "run\.json": --first was removed: .*; leave it out$/,
    ],
    [
      '{"textRate":0}',
      /^Cannot use "run\.json": --text-rate is now --text-lr-scale$/,
    ],
    [
      '{"backbone":"wordless"}',
      /^Cannot use "run\.json": backbone: wordless is now no-word-embeddings: current value is "wordless"$/,
    ],
    [
      '{"batch":0}',
      /^Cannot use "run\.json": batch: must be 1 or more: current value is 0$/,
    ],
    [
      '{"preset":"huge"}',
      /^Cannot use "run\.json": preset: must be one of tiny, mini, nano, small, base: current value is "huge"$/,
    ],
  ];
  for (const [text, message] of cases) {
    assert.throws(
      () => flagsWithDefaults(trainFlags, text, "run.json"),
      (e) => {
        assert.ok(e instanceof InputError, String(e));
        assert.match(e.message, message);
        return true;
      },
    );
  }
});

Deno.test("invalid values of flags are refused by the name of the flag", () => {
  const cases: [args: string[], message: string][] = [
    [
      ["--batch", "3.5"],
      'Cannot use --batch: must be a whole number: current value is "3.5"',
    ],
    [
      ["--batch", "0"],
      'Cannot use --batch: must be 1 or more: current value is "0"',
    ],
    [
      ["--size", "100"],
      'Cannot use --size: must be multiples of 16 up to 4096: the nearest is 96: current value is "100"',
    ],
    [
      ["--frames", "6"],
      'Cannot use --frames: must be a multiple of 4: the nearest are 4 and 8: current value is "6"',
    ],
    [
      ["--learning-rate", "-1"],
      'Cannot use --learning-rate: must be above 0: current value is "-1"',
    ],
    [
      ["--learning-rate", "fast"],
      'Cannot use --learning-rate: must be a number: current value is "fast"',
    ],
    [
      ["--start-phase", "6"],
      'Cannot use --start-phase: must be a whole number from 1 to 5: current value is "6"',
    ],
    [
      ["--hours", "0"],
      'Cannot use --hours: must be a number above 0: current value is "0"',
    ],
    [
      ["--keep-last", "0"],
      'Cannot use --keep-last: must be a whole number from 1: current value is "0"',
    ],
  ];
  for (const [args, message] of cases) {
    assert.throws(() => readFlags(trainFlags, args), new InputError(message));
  }
});

Deno.test("configFileOf() reads both spellings of the flag", () => {
  assert.equal(configFileOf(["vae", "--config", "a.json"]), "a.json");
  assert.equal(configFileOf(["vae", "--config=a.json"]), "a.json");
  assert.equal(configFileOf(["vae", "--run", "x"]), undefined);
});

Deno.test("files of --config and --alerts may begin with a byte-order mark", async () => {
  const path = await Deno.makeTempFile({ suffix: ".json" });
  await Deno.writeTextFile(path, '\ufeff{\r\n "seed": 7\r\n}\r\n');
  const { flags } = await trainCommand("vae", ["--config", path]);
  assert.equal(readFlags(flags, [])?.seed, 7);
  await Deno.writeTextFile(
    path,
    '\ufeff{"webhook": {"url": "http://127.0.0.1:9/"}}',
  );
  assert.equal((await channelsOf({ alerts: path }, {})).length, 1);
  await Deno.remove(path);
});
