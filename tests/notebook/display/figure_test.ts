import assert from "node:assert/strict";
import {
  type Figure,
  figureBundle,
  openDisplay,
  plotlyBundle,
} from "lib/notebook/mod.ts";

const FIGURE: Figure = {
  title: "Loss </script><b>",
  xLabel: "step",
  yLabel: "loss (nats)",
  series: [
    { name: "train & test", x: [0, 1, 2, 3], y: [4, NaN, 2, 0] },
    { name: "dots", x: [0, 3], y: [0, 4], kind: "points" },
  ],
};

/** The picture inside a figure. */
function svgOf(figure: Figure): string {
  return String(figureBundle(figure, "id")["image/svg+xml"]);
}

Deno.test("figureBundle() has the same plot as script, as picture and as text", () => {
  const bundle = figureBundle(FIGURE, "plot-1");
  const html = String(bundle["text/html"]);
  assert.equal(html.match(/<\/script>/g)?.length, 1);
  const [, base64] = /src="data:image\/svg\+xml;base64,([^"]+)"/.exec(html)!;
  assert.equal(
    new TextDecoder().decode(Uint8Array.fromBase64(base64!)),
    bundle["image/svg+xml"],
  );
  assert.match(html, /"x":\[0,1,2,3\],"y":\[4,null,2,0\]/);
  assert.equal(
    bundle["text/plain"],
    "[plot] Loss </script><b>: train & test: 4 -> 0 (3 values); dots: 0 -> 4 (2 values)",
  );
});

Deno.test("the picture of a figure has values at their places, gaps, and escaped texts", () => {
  const svg = svgOf(FIGURE);
  // x 0..3 is 70..780, y 0..4 is 330..44; NaN lifts the pen.
  assert.match(svg, /<path d="M70 44M543\.3 187L780 330"/);
  assert.match(svg, /<circle cx="70" cy="330".*<circle cx="780" cy="44"/);
  assert.match(svg, />Loss &lt;\/script&gt;&lt;b&gt;</);
  assert.match(svg, />train &amp; test</);
});

Deno.test("a logarithmic axis has a mark for each power of ten and no place for 0", () => {
  const svg = svgOf({
    ...FIGURE,
    logY: true,
    series: [{ name: "a", x: [0, 1, 2], y: [1, 0, 100] }],
  });
  assert.match(svg, /<path d="M70 330M780 44"/);
  for (const mark of ["1e0", "1e1", "1e2"]) {
    assert.ok(svg.includes(`>${mark}<`));
  }
});

Deno.test("bars stand on 0, up or down", () => {
  const svg = svgOf({
    ...FIGURE,
    series: [{ name: "a", x: [1, 2], y: [3, -1], kind: "bars" }],
  });
  // y -1..3 is 330..44: 0 is at 258.5.
  assert.match(svg, /y="44" width="284" height="214\.5"/);
  assert.match(svg, /y="258\.5" width="284" height="71\.5"/);
});

Deno.test("a figure without values, with one value, or with a great many is drawn", () => {
  const many = Array.from({ length: 300_000 }, (_, i) => i);
  for (const values of [[], [5], many]) {
    const svg = svgOf({
      ...FIGURE,
      series: [{ name: "a", x: values, y: values }],
    });
    assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
  }
});

Deno.test("series in an order have the colours of a sequential scale", () => {
  const bundle = figureBundle({ ...FIGURE, ordered: true }, "id");
  for (const colour of ["#2f6fde", "#e89a1c"]) {
    assert.ok(String(bundle["text/html"]).includes(`"color":"${colour}"`));
    assert.ok(String(bundle["image/svg+xml"]).includes(`"${colour}"`));
  }
});

Deno.test("figureBundle() refuses a series with more x than y", () => {
  const series = [{ name: "a", x: [1, 2], y: [1] }];
  assert.throws(() => figureBundle({ ...FIGURE, series }, "id"), {
    name: "TypeError",
    message:
      'Cannot plot "a" of "Loss </script><b>": it needs as many x as y: ' +
      "current counts are 2 and 1",
  });
});

/** Runs the scripts of a page in order, with a library that notes its calls. */
function runScripts(...html: string[]): string[] {
  const drawn: string[] = [];
  const window: Record<string, unknown> = { drawn };
  const document = {
    getElementById: (id: string) => ({ id, textContent: "", style: {} }),
  };
  for (const page of html) {
    const [, script] = /<script>([\s\S]*)<\/script>/.exec(page)!;
    new Function("window", "document", "define", "module", script!)
      .call(window, window, document, () => {
        throw new Error("the module loader was asked");
      }, { exports: {} });
  }
  return drawn;
}

Deno.test("figures are drawn with the library before or after them, past a module loader", () => {
  // Like Plotly: it takes a module loader where it finds one.
  const library = "if (typeof define === 'function') define();\n" +
    "if (typeof module === 'object') module.exports = 1;\n" +
    "else window.Plotly = { newPlot: (place) => window.drawn.push(place.id) };";
  const loader = String(plotlyBundle(library)["text/html"]);
  const figure = (id: string): string =>
    String(figureBundle(FIGURE, id)["text/html"]);
  assert.deepEqual(
    runScripts(
      figure("a"),
      figure("b"),
      loader,
      figure("c"),
      loader,
      figure("d"),
    ),
    ["a", "b", "c", "d"],
  );
});

Deno.test("a display puts the library into the page once, not into each figure", async () => {
  const shown: string[] = [];
  const show = await openDisplay({
    host: {
      show: (data) => Promise.resolve(void shown.push(JSON.stringify(data))),
      update: () => Promise.resolve(),
    },
  });
  await show.figure(FIGURE);
  await show.figure(FIGURE);
  assert.deepEqual(shown.map(({ length }) => length > 1_000_000), [
    true,
    false,
    false,
  ]);
  assert.ok(shown[1]!.length < 20_000);
  assert.notEqual(shown[1], shown[2]); // each has an id of its own
});
