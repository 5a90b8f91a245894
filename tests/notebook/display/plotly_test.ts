import assert from "node:assert/strict";
import { openDisplay, plotlyFigureBundle } from "lib/notebook/mod.ts";

const FIGURE = {
  data: [{ type: "bar", x: ["a</script>"], y: [1] }],
  layout: { title: { text: 'Bars & "stacks"' }, height: 300 },
};

Deno.test("plotlyFigureBundle() puts data and layout into a script that they cannot end", () => {
  const { "text/html": html } = plotlyFigureBundle(FIGURE, "plot-1");
  assert.equal(String(html).match(/<\/script>/g)?.length, 1);
  const [, data, layout] =
    /Plotly\.newPlot\(place, (\[.*\]), (\{.*?\}), \{ responsive/
      .exec(String(html))!;
  assert.deepEqual(JSON.parse(data!), FIGURE.data);
  assert.deepEqual(JSON.parse(layout!), FIGURE.layout);
  assert.match(
    String(html),
    /^<div id="plot-1" style="max-width:900px">Bars &amp; &quot;stacks&quot;<\/div>/,
  );
  assert.match(String(html), /place\.style\.height = "300px"/);
});

Deno.test("plotly() shows the title where there is no page", async () => {
  const shown: unknown[] = [];
  const display = await openDisplay({
    host: {
      show: (data) => Promise.resolve(void shown.push(data["text/plain"])),
      update: () => Promise.resolve(),
    },
  });
  await display.plotly(FIGURE);
  assert.equal(shown.at(-1), '[plot] Bars & "stacks"');
});
