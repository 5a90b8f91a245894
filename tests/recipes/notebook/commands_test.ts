import assert from "node:assert/strict";
import {
  type CodeCell,
  isCode,
  readNotebook,
  writeNotebook,
} from "lib/formats/notebook/mod.ts";
import { notebookTask, withNotebook } from "./_notebook_process.ts";

Deno.test("new makes a notebook that runs, and does not replace one", async () => {
  await withNotebook(["1;"], async (file, out) => {
    const made = file.replace("work", "02_my_data");
    assert.equal((await notebookTask("new", made)).code, 0);
    const run = await notebookTask("run", made, "--out", out);
    assert.equal(run.code, 0, run.stderr);
    assert.match(run.stdout, /^preset +tiny$/m);
    for (
      const [path, problem] of [
        [file, /it must not exist yet/],
        [`${file}.txt`, /must end with \.ipynb/],
      ] as const
    ) {
      const { code, stderr } = await notebookTask("new", path);
      assert.equal(code, 2);
      assert.match(stderr, problem);
    }
  });
});

Deno.test("clean drops what a run left, once", async () => {
  await withNotebook(["1;"], async (file) => {
    const before = await readNotebook(file);
    const cell = before.cells.find(isCode) as CodeCell;
    const bulky = {
      output_type: "display_data" as const,
      metadata: {},
      data: { "image/png": "A".repeat(50_000) },
    };
    await writeNotebook(file, {
      ...before,
      cells: [{ ...cell, execution_count: 1, outputs: [bulky] }],
    });
    assert.match(
      (await notebookTask("clean", file)).stderr,
      /work\.ipynb: 50\d\d\d characters less/,
    );
    assert.deepEqual(await readNotebook(file), before);
    assert.match((await notebookTask("clean", file)).stderr, /was clean/);
  });
});

Deno.test("html makes one page beside the notebook, or where it is told", async () => {
  await withNotebook(["const shown = 1;"], async (file, out) => {
    assert.equal((await notebookTask("html", file)).code, 0);
    const page = await Deno.readTextFile(file.replace(".ipynb", ".html"));
    assert.match(page, /const shown = 1;/);
    const again = await notebookTask("html", file);
    assert.equal(again.code, 2);
    assert.match(
      again.stderr,
      /^error: Cannot write ".*\.html": it must not exist yet: it does; choose another with --out, or pass --overwrite to replace it$/m,
    );
    assert.equal((await notebookTask("html", file, "--overwrite")).code, 0);
    await notebookTask("html", file, "--out", `${out}.html`);
    assert.equal(await Deno.readTextFile(`${out}.html`), page);
  });
});

Deno.test("check refuses what lies outside of the repository", async () => {
  await withNotebook(["1;"], async (file) => {
    const { code, stderr } = await notebookTask("check", file);
    assert.equal(code, 2);
    assert.match(stderr, /it must be in the repository/);
  });
});

Deno.test("run --help lists the parameters of the notebook with their defaults", async () => {
  await withNotebook([{
    cell_type: "code",
    tags: ["parameters"],
    source: "const maxSteps = 7; // how long",
  }], async (file) => {
    const { code, stdout } = await notebookTask("run", file, "--help");
    assert.equal(code, 0);
    assert.match(stdout, /^ {2}--max-steps +how long \(default 7\)$/m);
    assert.match(stdout, /^ {2}--cell-limit /m);
  });
});
