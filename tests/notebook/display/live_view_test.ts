import assert from "node:assert/strict";
import { openDisplay } from "lib/notebook/mod.ts";

Deno.test("a live view is shown once and then changes in place", async () => {
  const calls: [what: string, id: string | undefined, html: string][] = [];
  const host = {
    show: (data: Record<string, unknown>, id?: string) =>
      Promise.resolve(void calls.push(["show", id, String(data["text/html"])])),
    update: (data: Record<string, unknown>, id: string) =>
      Promise.resolve(
        void calls.push(["update", id, String(data["text/html"])]),
      ),
  };
  const view = (await openDisplay({ host })).live();
  calls.length = 0;
  const figure = {
    title: "loss",
    xLabel: "update",
    yLabel: "loss",
    series: [],
  };
  await view.draw({ figures: [figure] });
  const picture = { png: Uint8Array.of(1, 2), caption: "after 2 updates" };
  await view.draw({ figures: [figure, figure], picture, html: "<p>bar</p>" });
  const [[first, id, one], [second, same, two]] = calls as [
    typeof calls[0],
    typeof calls[0],
  ];
  assert.deepEqual([first, second], ["show", "update"]);
  assert.equal(same, id);
  assert.equal(one.match(/data:image\/svg/g)?.length, 1);
  assert.equal(two.match(/data:image\/svg/g)?.length, 2);
  assert.match(two, /^<p>bar<\/p><div/);
  assert.match(two, /data:image\/png;base64,AQI=".*after 2 updates/);
});
