import assert from "node:assert/strict";
import * as z from "zod";
import {
  helpText,
  numberFlag,
  readFlags,
  wholeNumber,
} from "lib/recipes/command_line/mod.ts";

const schema = z.strictObject({
  video: z.string().min(1, "must not be empty").optional().describe("a file"),
  maxSteps: wholeNumber(1).default(10).describe("steps to take"),
  preset: z.enum(["tiny", "nano"], { error: "must be tiny or nano" })
    .default("nano"),
});

Deno.test("readFlags() gives values of the schema's types, defaults where left out", () => {
  assert.deepEqual(readFlags(schema, []), { maxSteps: 10, preset: "nano" });
  assert.deepEqual(
    readFlags(schema, ["--max-steps", "5", "--video", "a b.mp4"]),
    { maxSteps: 5, video: "a b.mp4", preset: "nano" },
  );
  assert.deepEqual(readFlags(schema, ["--preset=tiny", "--max-steps=7"]), {
    maxSteps: 7,
    preset: "tiny",
  });
});

Deno.test("readFlags() gives nothing if help is asked for", () => {
  for (const args of [["--help"], ["-h"], ["--preset", "tiny", "--help"]]) {
    assert.equal(readFlags(schema, args), undefined);
  }
});

Deno.test("readFlags() takes what follows an equals sign as it is", () => {
  assert.equal(readFlags(schema, ["--video=--help"])?.video, "--help");
  assert.equal(readFlags(schema, ["--video", "-"])?.video, "-");
});

Deno.test("readFlags() says in one line what is wrong with a command", () => {
  const all = "the flags are --video, --max-steps, --preset";
  const cases: [args: string[], problem: string][] = [
    [
      ["--max-stepz", "5"],
      "Cannot read the command: there is no flag --max-stepz; did you mean --max-steps?",
    ],
    [
      ["--vidoe", "a"],
      "Cannot read the command: there is no flag --vidoe; did you mean --video?",
    ],
    [
      ["--maxSteps", "5"],
      "Cannot read the command: there is no flag --maxSteps; did you mean --max-steps?",
    ],
    [
      ["--finish", "0.25"],
      "Cannot read the command: --finish was removed: the VAE's decoder draws all clips; leave it out",
    ],
    [
      ["--rehearsal", "0.5"],
      "Cannot read the command: --rehearsal is now --replay-fraction",
    ],
    [
      ["--colour", "red"],
      `Cannot read the command: there is no flag --colour; ${all}`,
    ],
    [
      ["--video"],
      "Cannot read the command: --video must be followed by a value",
    ],
    [
      ["--video", "--preset", "tiny"],
      "Cannot read the command: --video must be followed by a value",
    ],
    [
      ["clip.mp4"],
      `Unexpected argument "clip.mp4"; ${all}`,
    ],
    [
      ["--", "clip.mp4"],
      `Unexpected argument "clip.mp4"; ${all}`,
    ],
    [
      ["--preset", "huge"],
      'Cannot use --preset: must be tiny or nano: current value is "huge"',
    ],
    [
      ["--max-steps", "0"],
      'Cannot use --max-steps: must be a whole number from 1: current value is "0"',
    ],
    [
      ["--max-steps", "2.5"],
      'Cannot use --max-steps: must be a whole number from 1: current value is "2.5"',
    ],
    [
      ["--video="],
      'Cannot use --video: must not be empty: current value is ""',
    ],
  ];
  for (const [args, message] of cases) {
    assert.throws(() => readFlags(schema, args), {
      name: "InputError",
      message,
      exitCode: 2,
    });
  }
});

Deno.test("readFlags() names a flag that must be given", () => {
  const required = z.strictObject({
    run: z.string().min(1, "must not be empty").describe("folder of a run"),
  });
  assert.throws(() => readFlags(required, []), {
    message: "Cannot read the command: --run must be given: folder of a run",
  });
});

Deno.test("readFlags() takes a boolean as a switch", () => {
  const switches = z.strictObject({
    dryRun: z.boolean().default(false).describe("only look"),
    out: z.string().default("runs"),
  });
  assert.deepEqual(readFlags(switches, []), { dryRun: false, out: "runs" });
  assert.deepEqual(readFlags(switches, ["--dry-run", "--out", "a"]), {
    dryRun: true,
    out: "a",
  });
  assert.throws(() => readFlags(switches, ["--dry-run=no"]), {
    name: "InputError",
    message: "Cannot read the command: --dry-run is a switch and takes no " +
      'value: current value is "no"',
  });
  assert.throws(() => readFlags(switches, ["--dry-run", "no"]), {
    name: "InputError",
    message: 'Unexpected argument "no"; the flags are --dry-run, --out',
  });
  assert.match(helpText("run", "Runs.", switches), /--dry-run {2}only look$/m);
});

Deno.test("helpText() lists every flag with its description and default", () => {
  assert.equal(
    helpText("deno task demo", "Learns one clip.", schema),
    [
      "Learns one clip.",
      "",
      "Usage: deno task demo [flags]",
      "",
      "  --video      a file",
      "  --max-steps  steps to take (default 10)",
      "  --preset      (one of tiny, nano; default nano)",
    ].join("\n"),
  );
});

Deno.test("readFlags() takes a switch with a default of a file as a switch", () => {
  const switches = z.strictObject({
    recompute: z.boolean().default(false).prefault(true),
  });
  assert.deepEqual(readFlags(switches, ["--recompute"]), { recompute: true });
  assert.deepEqual(readFlags(switches, []), { recompute: true });
});

Deno.test("helpText() shows a default as it is typed", () => {
  const schema = z.strictObject({
    clip: z.string().default("16x64x64").transform((text) => text.split("x")),
    steps: wholeNumber(1).default(30),
    hours: wholeNumber(1).optional().describe("most hours"),
  });
  assert.match(
    helpText("x", "X.", schema),
    /--clip +\(default 16x64x64\)\n {2}--steps +\(default 30\)\n {2}--hours +most hours$/,
  );
  assert.equal(
    helpText("deno task x FILE", "X.", z.strictObject({})),
    "X.\n\nUsage: deno task x FILE",
  );
});

Deno.test("readFlags() tells how to write a text that begins with a minus", () => {
  const prompts = z.strictObject({
    prompt: z.array(z.string()),
    seed: wholeNumber(0).optional(),
  });
  for (const text of ["-5 degrees", "-hello", "--- a line", "-- x", "--5"]) {
    assert.throws(() => readFlags(prompts, [text]), {
      name: "InputError",
      message: `Cannot read the command: "${text}" begins with a minus, as ` +
        `flags do; write -- before a text: -- "${text}"`,
    });
    assert.deepEqual(
      readFlags(prompts, ["--seed", "2", "--", text, "--help"]),
      {
        prompt: [text, "--help"],
        seed: 2,
      },
    );
  }
  assert.throws(() => readFlags(prompts, ["--sed", "2"]), {
    message:
      "Cannot read the command: there is no flag --sed; did you mean --seed?",
  });
  assert.throws(() => readFlags(schema, ["-x"]), {
    message: "Cannot read the command: there is no flag -x; the flags are " +
      "--video, --max-steps, --preset",
  });
});

const operands = z.strictObject({
  folders: z.array(z.string().min(1)).min(1, "must name a folder").describe(
    "where to look",
  ),
  out: z.string().default("runs"),
});

Deno.test("readFlags() gives an array field the words that follow no flag", () => {
  assert.deepEqual(readFlags(operands, ["a b", "--out", "c", "d"]), {
    folders: ["a b", "d"],
    out: "c",
  });
  assert.deepEqual(readFlags(operands, ["--", "--odd"])?.folders, ["--odd"]);
  assert.throws(() => readFlags(operands, ["--out", "c"]), {
    name: "InputError",
    message:
      'Cannot read the command: folders must name a folder: current value is ""',
  });
  assert.throws(() => readFlags(operands, ["a", "--folders", "b"]), {
    name: "InputError",
    message: /there is no flag --folders; the flags are --out$/,
  });
});

Deno.test("helpText() shows the words that follow no flag", () => {
  assert.equal(
    helpText("deno task x", "Does it.", operands),
    [
      "Does it.",
      "",
      "Usage: deno task x FOLDERS... [flags]",
      "",
      "  FOLDERS...  where to look",
      "  --out        (default runs)",
    ].join("\n"),
  );
});

Deno.test("helpText() lists choices and ranges, a described default last", () => {
  const flags = z.strictObject({
    phase: numberFlag({ whole: true, least: 1, most: 5 }).optional().describe(
      "phase (default: the last one)",
    ),
    share: numberFlag({ least: 0, most: 1 }).default(0.5).describe("share"),
    hours: numberFlag({ above: 0 }).optional().describe("most hours"),
    preset: z.enum(["tiny", "nano"]).optional().describe("size"),
    data: z.array(z.string()).default([]).describe("folder"),
  });
  assert.deepEqual(helpText("a", "Does it.", flags).split("\n").slice(4), [
    "  --phase   phase (1 to 5; default: the last one)",
    "  --share   share (0 to 1; default 0.5)",
    "  --hours   most hours (above 0)",
    "  --preset  size (one of tiny, nano)",
    "  --data    folder (may be repeated)",
  ]);
});
