import assert from "node:assert/strict";
import { lockFolder, thisProcess } from "lib/core/mod.ts";
import {
  type CodeCell,
  isCode,
  type NewCell,
  readNotebook,
  sourceOf,
} from "lib/formats/notebook/mod.ts";
import {
  notebookTask,
  startNotebook,
  withNotebook,
} from "./_notebook_process.ts";

const KNOBS: NewCell = {
  cell_type: "code",
  tags: ["parameters"],
  source: `const steps = 10; // how long
const preset: "tiny" | "nano" = "tiny";
const fast = false;
const sizes = [1, 2];`,
};

/** The code cells of a run that was saved. */
async function saved(
  out: string,
): Promise<{ cells: CodeCell[]; record: Record<string, unknown> }> {
  const { cells, metadata } = await readNotebook(`${out}/notebook/work.ipynb`);
  return {
    cells: cells.filter(isCode),
    record: metadata.aiprod as Record<string, unknown>,
  };
}

Deno.test("a notebook runs with the parameters of the command, and what it shows is kept", async () => {
  await withNotebook([
    KNOBS,
    "console.log(steps, preset, fast, sizes.length);",
    "steps * 2",
  ], async (file, out) => {
    const { code, stdout, stderr } = await notebookTask(
      ...["run", file, "--out", out, "--steps", "20", "--fast", "true"],
      ...["--sizes", "[3]"],
    );
    assert.deepEqual([code, stdout], [0, "20 tiny true 1\n40\n"], stderr);
    assert.match(stderr, /^\[1\/4\] const steps = 10; \/\/ how long$/m);
    assert.match(stderr, /^done: .*run\/notebook\/work\.ipynb$/m);
    const { cells, record } = await saved(out);
    assert.equal(
      sourceOf(cells[1]!),
      "const steps = 20;\nconst fast = true;\nconst sizes = [3];",
    );
    assert.deepEqual(cells[2]?.outputs, [
      { name: "stdout", output_type: "stream", text: ["20 tiny true 1\n"] },
    ]);
    assert.deepEqual(cells.map(({ execution_count }) => execution_count), [
      ...[1, 2, 3, 4],
    ]);
    assert.equal(record.state, "done");
    assert.deepEqual(record.parameters, {
      steps: 20,
      fast: true,
      sizes: [3],
    });
  });
});

Deno.test("outputs stand in their cell, however much they lag behind its end", async () => {
  const shows = `for (let i = 0; i < 300; i++) {
  Deno.jupyter.broadcast("display_data", {
    data: { "text/plain": "x".repeat(5_000) }, metadata: {}, transient: {},
  });
}`;
  await withNotebook([shows, "2;", shows], async (file, out) => {
    const { code, stderr } = await notebookTask("run", file, "--out", out);
    assert.equal(code, 0, stderr);
    const { cells } = await saved(out);
    assert.deepEqual(
      cells.map(({ outputs }) =>
        outputs.filter(({ output_type }) => output_type === "display_data")
          .length
      ),
      [300, 0, 300],
    );
    assert.deepEqual(
      cells.map(({ execution_count }) => execution_count),
      [1, 2, 3],
    );
  });
});

Deno.test("a cell may take the name Deno for itself", async () => {
  await withNotebook(
    ["const Deno = 1;", "console.log(Deno);"],
    async (file, out) => {
      const { code, stdout, stderr } = await notebookTask(
        ...["run", file, "--out", out],
      );
      assert.deepEqual([code, stdout], [0, "1\n"], stderr);
    },
  );
});

Deno.test("a failing notebook prints source and traceback, exits with 1, and stops there", async () => {
  await withNotebook([
    "console.log('first');",
    "function deep(): never {\n  throw new RangeError('too deep');\n}\ndeep();",
    "console.log('never');",
  ], async (file, out) => {
    const first = await notebookTask("run", file, "--out", out);
    assert.equal(first.code, 1);
    assert.equal(first.stdout, "first\n");
    assert.match(
      first.stderr,
      /^2 \| {3}throw new RangeError\('too deep'\);$/m,
    );
    assert.match(first.stderr, /^RangeError: too deep\n {4}at deep /m);
    assert.match(
      first.stderr,
      /^error: Code cell 2 failed: RangeError: too deep$/m,
    );
    const { cells, record } = await saved(out);
    assert.equal(cells[1]?.outputs[0]?.output_type, "error");
    assert.deepEqual(cells[2]?.outputs, []);
    assert.deepEqual([record.state, record.cell], ["failed", 2]);
    assert.match(first.stderr, /^code cell 3 did not run$/m);

    const again = await notebookTask("run", file, "--out", out);
    assert.match(
      again.stderr,
      /A run in .* failed in code cell 2: all cells run again/,
    );
  });
});

Deno.test("with a display, a name that a cell misses is one line without a stack", async () => {
  await withNotebook([
    'import { openDisplay } from "lib/notebook/mod.ts";\nawait openDisplay();',
    "const shown = [1].map(() => held.y);",
  ], async (file, out) => {
    const { code } = await notebookTask("run", file, "--out", out);
    assert.equal(code, 1);
    const [, cell] = (await saved(out)).cells;
    const [output] = cell!.outputs;
    assert.ok(output?.output_type === "error");
    assert.deepEqual(output.traceback, [
      'Cannot run this cell: "held" is missing: the cell that declares it ' +
      "failed, was stopped or has not run; run that one first, or all cells " +
      "from the top",
    ]);
  });
});

Deno.test("a cell that cannot be parsed fails, and the notebook says so", async () => {
  await withNotebook(["const [a, b"], async (file, out) => {
    const { code, stderr } = await notebookTask("run", file, "--out", out);
    assert.equal(code, 1);
    assert.match(stderr, /^1 \| const \[a, b$/m);
    const { cells } = await saved(out);
    assert.equal(cells[0]?.outputs[0]?.output_type, "error");
  });
});

Deno.test("a cell that never ends meets its limit, and all cells together theirs", async () => {
  await withNotebook(["for (;;);"], async (file, out) => {
    const run = ["run", file, "--out", out];
    const cell = await notebookTask(...run, "--cell-limit", "0.5");
    assert.equal(cell.code, 1);
    assert.match(
      cell.stderr,
      /^error: Code cell 1 ran out of time: a cell may take 0\.5 s$/m,
    );
    const all = await notebookTask(...run, "--total-limit", "0.5");
    assert.equal(all.code, 1);
    assert.match(all.stderr, /all cells together may take 0\.5 s$/m);
    assert.equal((await saved(out)).cells[0]?.outputs[0]?.output_type, "error");
  });
});

Deno.test("a kernel that dies is noticed, with its exit code and the cell", async () => {
  await withNotebook(["1;", "Deno.exit(3);"], async (file, out) => {
    const { code, stderr } = await notebookTask("run", file, "--out", out);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^error: Code cell 2 lost its kernel: The kernel died: its process ended with exit code 3$/m,
    );
    const { record } = await saved(out);
    assert.deepEqual([record.state, record.cell], ["failed", 2]);
  });
});

Deno.test("a cell that shows more than 10 MB is stopped", async () => {
  await withNotebook([
    "for (;;) { console.log('x'.repeat(1e6)); await new Promise((r) => setTimeout(r)); }",
  ], async (file, out) => {
    const { code, stderr } = await notebookTask("run", file, "--out", out);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /Code cell 1 shows too much: the outputs of a cell may have at most 10000000 bytes/,
    );
  });
});

Deno.test("wrong commands are one line, exit code 2, and leave no run", async (t) => {
  await withNotebook([KNOBS], async (file, out) => {
    const text = file.replace("work", "text");
    await Deno.writeTextFile(text, "# %% a script");
    const bad = file.replace("work", "bad");
    await Deno.writeTextFile(
      bad,
      (await Deno.readTextFile(file)).replace("const fast = false", "run()"),
    );
    const cases: [string[], RegExp][] = [
      [["run", file, "--stps", "5"], /no flag --stps; did you mean --steps\?/],
      [
        ["run", file, "--steps", "many"],
        /Cannot use --steps: must be a number: current value is "many"/,
      ],
      [["run", file, "--preset", "big"], /--preset: must be one of tiny, nano/],
      [["run", file, "--fast", "yes"], /--fast: must be true or false/],
      [["run", file, "--sizes", '["a"]'], /--sizes: must be a list of numbers/],
      [
        ["run", file, "--cell-limit", "0"],
        /--cell-limit: must be a number above 0/,
      ],
      [["run", text], /"[^"]*text\.ipynb": it must be a notebook .* not JSON/],
      [["run", `${file}x`], /the notebook must exist: there is none/],
      [
        ["run", bad],
        /line 3 of their cell must be const NAME = VALUE.*`run\(\);`/,
      ],
      [["run"], /a notebook must follow run/],
      [["rnu", file], /must be one of run, check, clean, new, html: .*"rnu"/],
    ];
    for (const [args, problem] of cases) {
      await t.step(args.slice(2).join(" ") || args.join(" "), async () => {
        const flags = args[0] === "run" && args.length > 1
          ? ["--out", out]
          : [];
        const { code, stdout, stderr } = await notebookTask(...args, ...flags);
        assert.deepEqual([code, stdout], [2, ""], stderr);
        assert.match(stderr, /^error: [^\n]+\n$/);
        assert.match(stderr, problem);
      });
    }
    await assert.rejects(Deno.stat(out), Deno.errors.NotFound);
  });
});

Deno.test("a folder takes one run at a time, and the second is told who has it", async () => {
  await withNotebook(["1;"], async (file, out) => {
    await Deno.mkdir(`${out}/notebook`, { recursive: true });
    using _lock = lockFolder(`${out}/notebook`, thisProcess(new Date(0)));
    const { code, stderr } = await notebookTask("run", file, "--out", out);
    assert.equal(code, 2);
    assert.match(
      stderr,
      new RegExp(
        `in use by process ${Deno.pid} on .* since 1970-01-01T00:00:00.000Z`,
      ),
    );
  });
});

/** Waits in a cell until it is asked to stop, and then saves. */
const WAITS = `import { openDisplay } from "lib/notebook/mod.ts";
const show = await openDisplay();
const stop = show.stopSignal;
const task = show.progress.start({ label: "Waiting", total: 2, unit: "turns" });
await Deno.writeTextFile(out + "/waits", "");
await new Promise((resolve) => stop.addEventListener("abort", resolve));
task.update(1);
task.finish();
await Deno.writeTextFile(out + "/checkpoint", "saved");`;

async function fileThere(path: string): Promise<void> {
  while (!await Deno.stat(path).catch(() => undefined)) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

Deno.test("Ctrl-C reaches the cell, which saves; the run ends with 130 and can resume", async () => {
  await withNotebook([
    { cell_type: "code", tags: ["parameters"], source: 'const out = "";' },
    WAITS,
    "console.log('never');",
    "console.log('never');",
  ], async (file, out) => {
    await using process = startNotebook(["run", file, "--out", out]);
    await fileThere(`${out}/waits`);
    process.kill("SIGINT");
    const { code, stdout, stderr } = await process.ended;
    assert.deepEqual([code, stdout], [130, ""], stderr);
    assert.match(stderr, /^Waiting: 0\/2 turns$/m);
    assert.match(stderr, /^Waiting: ended at 1\/2 turns/m);
    assert.match(stderr, /^Stopped in code cell 3; the same command resumes/m);
    assert.match(stderr, /^code cells 4 to 5 did not run$/m);
    assert.equal(await Deno.readTextFile(`${out}/checkpoint`), "saved");
    const { record, cells } = await saved(out);
    assert.deepEqual([record.state, record.cell], ["stopped", 3]);
    // The bar was shown once and changed where it stood.
    const bar = cells[2]!.outputs.at(1);
    assert.ok(bar?.output_type === "display_data");
    assert.match(String(bar.data["text/plain"]), /^Waiting: ended at 1\/2/);
  });
});

Deno.test("after kill -9 the folder is free, and the notebook tells where it was", async () => {
  await withNotebook([
    { cell_type: "code", tags: ["parameters"], source: 'const out = "";' },
    "console.log('kept');",
    'await Deno.writeTextFile(out + "/waits", "");\n' +
    'if (!await Deno.stat(out + "/again").catch(() => 0)) for (;;) await new Promise((r) => setTimeout(r, 50));',
  ], async (file, out) => {
    {
      await using process = startNotebook(["run", file, "--out", out]);
      await fileThere(`${out}/waits`);
      process.kill("SIGKILL");
    }
    const { cells } = await saved(out);
    assert.deepEqual(cells[2]?.outputs, [
      { name: "stdout", output_type: "stream", text: ["kept\n"] },
    ]);
    await Deno.writeTextFile(`${out}/again`, "");
    const { code, stderr } = await notebookTask("run", file, "--out", out);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /A run in .* was killed: all cells run again/);
  });
});

Deno.test("a run that goes on waits for the kernel of one that was killed", async () => {
  await withNotebook([
    { cell_type: "code", tags: ["parameters"], source: 'const out = "";' },
    'import { lockFolder, thisProcess } from "lib/core/mod.ts";\n' +
    "using _lock = lockFolder(out, thisProcess(new Date()));\nout.length > 0",
  ], async (file, out) => {
    await notebookTask("run", file, "--out", out);
    const path = `${out}/notebook/work.ipynb`;
    const cutOff = (await Deno.readTextFile(path))
      .replace('"state": "done"', '"state": "running"');
    await Deno.writeTextFile(path, cutOff);
    const lock = lockFolder(out, thisProcess(new Date(0))); // as that kernel does
    const timer = setTimeout(() => lock[Symbol.dispose](), 3000);
    const { code, stderr } = await notebookTask("run", file, "--out", out);
    clearTimeout(timer);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /A run in .* was killed: all cells run again/);
  });
});

Deno.test("what a cell refuses is one line and code 2; what stops itself is code 0", async () => {
  const imports =
    'import { InputError, NotFiniteError, StoppedError } from "lib/core/mod.ts";\n';
  const cases: [thrown: string, code: number, said: RegExp][] = [
    ['new InputError("Cannot go: it must")', 2, /^error: Cannot go: it must$/m],
    ['new NotFiniteError("Cannot go: NaN")', 2, /^error: Cannot go: NaN$/m],
    ['new StoppedError("It is saved", "time")', 0, /^It is saved$/m],
    ['new RangeError("Cannot go")', 1, /failed: RangeError: Cannot go$/m],
  ];
  for (const [thrown, expected, said] of cases) {
    await withNotebook(
      [`${imports}throw ${thrown};`, "console.log('never');"],
      async (file, out) => {
        const { code, stdout, stderr } = await notebookTask(
          ...["run", file, "--out", out],
        );
        assert.deepEqual([code, stdout], [expected, ""], stderr);
        assert.match(stderr, said);
        assert.equal(/^1 \|| at file:/m.test(stderr), expected === 1, stderr);
        const { record } = await saved(out);
        assert.equal(record.state, expected === 0 ? "stopped" : "failed");
      },
    );
  }
});
