import assert from "node:assert/strict";
import { InputError } from "lib/core/mod.ts";
import {
  supervise,
  type SupervisePlan,
} from "lib/recipes/supervise/supervise.ts";
import { runTask } from "../_task_process.ts";

/** Supervises runs of given codes and seconds. */
async function supervised(
  runs: readonly (readonly [code: number, seconds: number])[],
  plan: Partial<SupervisePlan> = {},
  onRun = (_run: number, _abort: AbortController) => {},
): Promise<{ code: number; commands: string[]; lines: string[] }> {
  const abort = new AbortController();
  const commands: string[] = [];
  const lines: string[] = [];
  let now = 0;
  const code = await supervise(
    {
      command: ["mpirun", "-n", "2", "train"],
      ranks: [],
      restarts: 3,
      pause: 10,
      ...plan,
    },
    {
      run(command) {
        const [code, seconds] = runs[commands.length]!;
        commands.push(command.join(" "));
        now += seconds * 1000;
        onRun(commands.length, abort);
        return Promise.resolve(code);
      },
      wait(seconds) {
        now += seconds * 1000;
        return Promise.resolve();
      },
      clock: () => now,
      log: (line) => void lines.push(line),
      signal: abort.signal,
    },
  );
  return { code, commands, lines };
}

Deno.test("supervise() starts a killed command again until it is done", async () => {
  const { code, commands, lines } = await supervised([[137, 300], [0, 100]]);
  assert.equal(code, 0);
  assert.equal(commands.length, 2);
  assert.deepEqual(lines, [
    "mpirun ended after 5 min with code 137 (signal 9): starts again in 10 s; " +
    "restart 1 of 3",
  ]);
});

Deno.test("supervise() takes the next number of ranks after a run of less than a minute", async () => {
  const { commands, lines } = await supervised(
    [[137, 300], [1, 2], [1, 3], [1, 70], [0, 1]],
    { command: ["mpirun", "-n", "{ranks}", "train"], ranks: [4, 2, 1] },
  );
  assert.deepEqual(
    commands.map((line) => line.split(" ")[2]),
    ["4", "4", "2", "1", "1"],
  );
  assert.match(
    lines[1]!,
    /code 1: starts again in 10 s, number of ranks 2; restart 2 of 3$/,
  );
});

for (
  const [code, meaning] of [
    [2, "reports a mistake in its flags or data"],
    [130, "was stopped and has saved"],
  ] as const
) {
  Deno.test(`supervise() does not repeat a command that ends with ${code}`, async () => {
    const found = await supervised([[code, 1]]);
    assert.equal(found.code, code);
    assert.deepEqual(found.lines, [
      `mpirun ended after 1 s with code ${code} (the command ${meaning}): it is ` +
      "not started again",
    ]);
  });
}

Deno.test("supervise() gives up after as many failures in a row, with the last code", async () => {
  const { code, commands, lines } = await supervised(
    [[1, 1], [1, 1], [7, 1]],
    { restarts: 2 },
  );
  assert.equal(code, 7);
  assert.equal(commands.length, 3);
  assert.equal(
    lines.at(-1),
    "mpirun ended after 1 s with code 7: it is not started again: --restarts 2",
  );
});

Deno.test("supervise() starts nothing after a signal", async () => {
  const { code, commands } = await supervised(
    [[143, 5]],
    {},
    (_run, abort) => abort.abort(),
  );
  assert.deepEqual([code, commands.length], [143, 1]);
});

Deno.test("supervise() names the place for the number of ranks", async () => {
  const example = "deno task supervise --ranks 4,2,1 -- mpirun -n {ranks} " +
    "deno task phase1 ...";
  const cases: [Partial<SupervisePlan>, string][] = [
    [
      { command: [] },
      'Cannot supervise: a command must follow "--": there is none; ',
    ],
    [
      { ranks: [4, 2] },
      'Cannot use --ranks 4,2: the command must have "{ranks}" in the place of ' +
      'the number: it is "mpirun -n 2 train"; ',
    ],
    [
      { command: ["mpirun", "-n", "{ranks}"] },
      'Cannot supervise: --ranks must give the numbers for "{ranks}" in the ' +
      "command: it is missing; ",
    ],
  ];
  for (const [plan, message] of cases) {
    await assert.rejects(
      () => supervised([], plan),
      new InputError(message + example),
    );
  }
});

Deno.test("deno task supervise names a program that is missing", async () => {
  const { code, stderr } = await runTask("supervise", "--", "no-such-program");
  assert.equal(code, 2, stderr);
  assert.match(
    stderr,
    /error: Cannot supervise "no-such-program": it must be an installed program: it is not found\n$/,
  );
});
