import assert from "node:assert/strict";
import { InputError, RunFailedError, StoppedError } from "lib/core/mod.ts";
import { reportError } from "lib/recipes/command_line/mod.ts";
import { runTask } from "../_task_process.ts";

Deno.test("--help works for tasks of several commands, and of parsed defaults", async () => {
  const cases: [args: [string, ...string[]], text: RegExp][] = [
    [["notebook", "--help"], /run\|check\|clean\|new\|html FILE\n\n {2}run /],
    [["notebook", "run", "-h"], /notebook run FILE \[flags\]\n\n {2}--out/],
    [["dataset", "--help"], /Usage: deno task dataset check \[flags\]/],
    [["export", "--help"], /--clip .* \(default: as the models were trained/],
  ];
  for (const [[task, ...args], text] of cases) {
    const { code, stdout } = await runTask(task, ...args);
    assert.equal(code, 0);
    assert.match(stdout, text);
  }
});

Deno.test("reportError() gives each error its exit code, and leaves defects alone", () => {
  const cases: [unknown, number | undefined][] = [
    [new InputError("wrong"), 2],
    [new RunFailedError("failed"), 1],
    [new StoppedError("stopped"), 130],
    [new Deno.errors.BrokenPipe("closed"), 141],
    [Object.assign(new Error("full"), { code: "ENOSPC" }), 1],
    [new Deno.errors.IsADirectory("Is a directory (os error 21): 'x'"), 2],
    [Object.assign(new Error("no"), { code: "EACCES" }), 2],
    [new RangeError("Array buffer allocation failed"), 2],
    [new RangeError("Maximum call stack size exceeded"), undefined],
    [new TypeError("x is not a function"), undefined],
  ];
  for (const [error, code] of cases) assert.equal(reportError(error), code);
});
