import assert from "node:assert/strict";
import { newNotebook } from "lib/formats/notebook/mod.ts";
import { assertForDeno } from "lib/notebook/mod.ts";

Deno.test("assertForDeno() names the kernel of another notebook, and how to run it", () => {
  const notebook = newNotebook([]);
  const kernelspec = { display_name: "Python 3", name: "python3" };
  for (
    const metadata of [
      { kernelspec },
      { kernelspec: { ...kernelspec, language: "python" } },
      { kernelspec, language_info: { name: "python" } },
    ]
  ) {
    assert.throws(() => assertForDeno({ ...notebook, metadata }, "a b.ipynb"), {
      name: "InputError",
      message: 'Cannot run "a b.ipynb": its kernel must be Deno: it wants ' +
        "Python 3 (kernel python3); run it with jupyter nbconvert --to " +
        'notebook --execute "a b.ipynb"',
    });
  }
});

Deno.test("assertForDeno() takes Deno's notebooks, and those that name no kernel", () => {
  const notebook = newNotebook([]);
  assertForDeno(notebook, "a.ipynb");
  for (
    const metadata of [
      {},
      { kernelspec: null, language_info: 3 },
      { language_info: { name: "typescript" } },
      { kernelspec: { name: "tslab", language: "TypeScript" } },
    ]
  ) assertForDeno({ ...notebook, metadata }, "a.ipynb");
});
