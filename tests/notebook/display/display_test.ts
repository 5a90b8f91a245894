import assert from "node:assert/strict";
import { openDisplay } from "lib/notebook/mod.ts";

Deno.test("terminal() prints in a terminal and leaves no trace in a page", async () => {
  const shown: unknown[] = [];
  const show = await openDisplay({
    host: {
      show: (data) => Promise.resolve(void shown.push(data)),
      update: () => Promise.resolve(),
    },
  });
  await show.terminal("FVD 35");
  assert.deepEqual(shown.at(-1), { "text/html": "", "text/plain": "FVD 35" });
});
