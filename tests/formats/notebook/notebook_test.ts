import assert from "node:assert/strict";
import { InputError } from "lib/core/mod.ts";
import {
  newNotebook,
  notebookText,
  parseNotebook,
  readNotebook,
  sourceOf,
} from "lib/formats/notebook/mod.ts";

/** As Jupyter writes it, with fields that this project does not know. */
const JUPYTERS = `{
 "cells": [
  {
   "cell_type": "markdown",
   "id": "a1",
   "metadata": {},
   "source": [
    "# Title\\n",
    "text"
   ]
  },
  {
   "cell_type": "code",
   "execution_count": 3,
   "id": "a2",
   "metadata": {
    "editable": false,
    "tags": [
     "parameters"
    ]
   },
   "outputs": [
    {
     "name": "stdout",
     "output_type": "stream",
     "text": [
      "é\\n"
     ]
    },
    {
     "data": {
      "application/x+json": {
       "b": [
        1
       ]
      },
      "text/plain": "x"
     },
     "execution_count": 3,
     "future": "kept",
     "metadata": {},
     "output_type": "execute_result"
    },
    {
     "ename": "Error",
     "evalue": "bad",
     "output_type": "error",
     "traceback": []
    }
   ],
   "source": []
  }
 ],
 "metadata": {
  "custom": {
   "deep": true
  }
 },
 "nbformat": 4,
 "nbformat_minor": 5
}
`;

Deno.test("parseNotebook() and notebookText() keep Jupyter's text, unknown fields included", () => {
  assert.equal(notebookText(parseNotebook(JUPYTERS, "a.ipynb")), JUPYTERS);
});

Deno.test("sourceOf() joins lines and takes text as it is", () => {
  const [title] = parseNotebook(JUPYTERS, "a.ipynb").cells;
  assert.equal(sourceOf(title!), "# Title\ntext");
  assert.equal(sourceOf({ source: "whole" }), "whole");
});

/** The refusal of a notebook in which something was changed. */
function refusal(change: (notebook: Record<string, unknown>) => void): string {
  const notebook = JSON.parse(JUPYTERS);
  change(notebook);
  try {
    parseNotebook(JSON.stringify(notebook), "a.ipynb");
  } catch (error) {
    assert.ok(error instanceof InputError);
    return error.message;
  }
  throw new Error("it was accepted");
}

Deno.test("parseNotebook() refuses what is not JSON", () => {
  assert.throws(
    () => parseNotebook("# %% a script", "a.ipynb"),
    {
      name: "InputError",
      message:
        /^Cannot read "a\.ipynb": it must be a notebook of version 4: it is not JSON: .*; save it again in Jupyter/,
    },
  );
});

Deno.test("parseNotebook() names the field that is wrong", () => {
  assert.match(
    refusal((notebook) => notebook.nbformat = 3),
    /nbformat: must be 4/,
  );
  assert.match(
    // deno-lint-ignore no-explicit-any -- JSON on purpose
    refusal((notebook) => (notebook as any).cells[1].source = 5),
    /cells\.1\.source: /,
  );
  assert.match(
    // deno-lint-ignore no-explicit-any -- JSON on purpose
    refusal((notebook) => (notebook as any).cells[1].cell_type = "cod"),
    /cells\.1\.cell_type: /,
  );
  assert.match(
    // deno-lint-ignore no-explicit-any -- JSON on purpose
    refusal((notebook) => (notebook as any).cells[1].outputs[0].name = null),
    /cells\.1\.outputs\.0\.name: /,
  );
});

Deno.test("parseNotebook() asks for cell ids since version 4.5, each once", () => {
  assert.match(
    // deno-lint-ignore no-explicit-any -- JSON on purpose
    refusal((notebook) => delete (notebook as any).cells[0].id),
    /cells\.0\.id: must not be missing, since version 4\.5/,
  );
  assert.match(
    // deno-lint-ignore no-explicit-any -- JSON on purpose
    refusal((notebook) => (notebook as any).cells[1].id = "a1"),
    /cells\.1\.id: must be unique: "a1" occurs twice/,
  );
  assert.match(
    // deno-lint-ignore no-explicit-any -- JSON on purpose
    refusal((notebook) => (notebook as any).cells[1].id = "a b"),
    /cells\.1\.id: must be 1 to 64 letters/,
  );
  const older = JSON.parse(JUPYTERS);
  older.nbformat_minor = 4;
  for (const cell of older.cells) delete cell.id;
  assert.equal(parseNotebook(JSON.stringify(older), "a").cells.length, 2);
});

Deno.test("readNotebook() says when there is no file, or a folder", async () => {
  const folder = await Deno.makeTempDir();
  await assert.rejects(readNotebook(`${folder}/none.ipynb`), {
    name: "InputError",
    message: /none\.ipynb": the notebook must exist: there is none/,
  });
  await assert.rejects(readNotebook(folder), {
    name: "InputError",
    message: /it must be a notebook: it is a folder/,
  });
});

Deno.test("newNotebook() makes what parseNotebook() accepts", () => {
  const notebook = newNotebook([
    { cell_type: "markdown", source: "# A" },
    { cell_type: "code", source: "1;\n2;", tags: ["parameters"] },
  ]);
  assert.deepEqual(parseNotebook(notebookText(notebook), "a"), notebook);
  assert.deepEqual(notebook.cells[1]?.source, ["1;\n", "2;"]);
});
