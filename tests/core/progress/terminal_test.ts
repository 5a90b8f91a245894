import assert from "node:assert/strict";
import {
  terminalProgress,
  type TerminalProgressOptions,
} from "lib/core/progress/mod.ts";

const ESCAPE = "\x1b[";

function writtenWith(
  isTTY: boolean | undefined,
  options: TerminalProgressOptions = {},
): string {
  let text = "";
  const write = (part: string): void => {
    text += part;
  };
  const progress = terminalProgress({
    stream: { write, isTTY },
    clock: () => 0,
    ...options,
  });
  const task = progress.start({ label: "Copying", total: 2, unit: "files" });
  task.update(1);
  task.finish();
  return text;
}

Deno.test("terminalProgress() draws bars on a terminal", () => {
  assert.ok(writtenWith(true).includes(ESCAPE));
});

Deno.test("terminalProgress() writes plain lines elsewhere", () => {
  const lines = "Copying: 0/2 files\nCopying: ended at 1/2 files after 0 s\n";
  assert.equal(writtenWith(undefined), lines);
  assert.equal(writtenWith(false), lines);
});

Deno.test("terminalProgress() does what it is told against what the stream says", () => {
  assert.ok(!writtenWith(true, { isTerminal: false }).includes(ESCAPE));
  assert.ok(writtenWith(false, { isTerminal: true }).includes(ESCAPE));
});

Deno.test("lib/core/mod.ts has the silent progress and loads no terminal library", async () => {
  const core = await import("lib/core/mod.ts");
  assert.ok("silentProgress" in core);
  assert.ok(!("terminalProgress" in core));
  const modulesOf = async (path: string): Promise<string> => {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", import.meta.resolve(path)],
    }).output();
    return new TextDecoder().decode(stdout);
  };
  assert.doesNotMatch(await modulesOf("lib/core/mod.ts"), /cli-progress/);
  assert.match(await modulesOf("lib/core/progress/mod.ts"), /cli-progress/);
});
