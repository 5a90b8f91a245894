import assert from "node:assert/strict";
import { encodePng } from "lib/dataset/encode/mod.ts";
import { htmlReport, type Report } from "lib/trainer/report/mod.ts";

const EMPTY: Report = {
  title: "Run",
  subtitle: "Nothing yet",
  facts: [],
  verdicts: [],
  curves: [],
  media: [],
};

function reportWith(fields: Partial<Report>): string {
  return htmlReport({ ...EMPTY, ...fields });
}

/** The numbers that the page's own script gets. */
function curvesIn(html: string): unknown {
  const json = /<script type="application\/json" id="curves">(.*?)<\/script>/s
    .exec(html)![1]!;
  return JSON.parse(json);
}

function countOf(text: string, part: string): number {
  return text.split(part).length - 1;
}

Deno.test("htmlReport() omits empty sections, and Plotly without curves", () => {
  const html = htmlReport(EMPTY);
  assert.match(html, /^<!doctype html>/);
  assert.match(html, /<title>Run<\/title>/);
  assert.match(html, /<p class="subtitle">Nothing yet<\/p>/);
  assert.doesNotMatch(html, /<h2>|<dl|<table|<figure|class="mark|Plotly\.com/);
  assert.ok(html.length < 20_000, `${html.length} characters`);
});

Deno.test("htmlReport() lists facts in their order", () => {
  const html = reportWith({ facts: [["Steps", "10"], ["Batch", "4 clips"]] });
  assert.match(
    html,
    /<dt>Steps<\/dt><dd>10<\/dd><\/div>\n<div><dt>Batch<\/dt><dd>4 clips<\/dd>/,
  );
});

Deno.test("htmlReport() marks each rule in words and counts failed ones", () => {
  const loss = { name: "Loss", value: "0.3", rule: "below 0.2", passed: false };
  const psnr = { name: "PSNR", value: "31", rule: "above 30", passed: true };
  const mixed = reportWith({ verdicts: [loss, psnr] });
  assert.match(mixed, /class="mark failed">✗ 1 of 2 failed</);
  assert.match(
    mixed,
    /Loss<\/th>.*0\.3<\/td>.*below 0\.2<\/td>.*"mark failed">✗ failed</,
  );
  assert.match(mixed, /PSNR<\/th>.*31<\/td>.*"mark passed">✓ passed</);
  const kept = reportWith({ verdicts: [psnr] });
  assert.match(kept, /class="mark passed">✓ All of 1 passed</);
});

Deno.test("htmlReport() embeds media as data URLs", () => {
  const html = reportWith({
    media: [
      {
        title: "Sample",
        kind: "video",
        mime: "video/mp4",
        bytes: Uint8Array.of(0, 255, 16),
        caption: "a red circle",
      },
      {
        title: "Frame",
        kind: "image",
        mime: "image/svg+xml",
        bytes: Uint8Array.of(1),
        caption: "",
      },
    ],
  });
  assert.match(
    html,
    /<video src="data:video\/mp4;base64,AP8Q" aria-label="Sample" autoplay muted loop playsinline controls>/,
  );
  assert.match(html, /<h3>Sample<\/h3><p>a red circle<\/p>/);
  assert.match(
    html,
    /<img src="data:image\/svg\+xml;base64,AQ==" alt="Frame"><figcaption><h3>Frame<\/h3><\/figcaption>/,
  );
});

Deno.test("htmlReport() gives a sheet a row of its own, which a click opens", () => {
  const sheet = (width: number) =>
    reportWith({
      media: [{
        title: "Sheet",
        kind: "image",
        mime: "image/png",
        bytes: encodePng({ width, height: 1, data: new Uint8Array(3 * width) }),
        caption: "",
      }],
    });
  assert.match(
    sheet(804),
    /<figure class="card wide" id="picture-0"><a href="#picture-0"><img src=.*<a class="close" href="#media">/,
  );
  assert.match(sheet(64), /<figure class="card"><img src=/);
});

Deno.test("htmlReport() refuses a MIME type that does not match the kind", () => {
  for (
    const mime of ["image/png", "video/mp4;x", 'video/"onerror=', "video/"]
  ) {
    const medium = {
      title: "Sample",
      kind: "video" as const,
      mime,
      bytes: new Uint8Array(),
      caption: "",
    };
    assert.throws(() => reportWith({ media: [medium] }), {
      name: "TypeError",
      message: 'Cannot show "Sample": its MIME type must be video/...: ' +
        `current value is "${mime}"`,
    });
  }
});

Deno.test("htmlReport() passes curves to its script, with gaps for NaN and infinities", () => {
  const html = reportWith({
    curves: [
      {
        title: "Loss",
        xLabel: "step",
        yLabel: "loss",
        logY: true,
        series: [{
          name: "train",
          x: [0, 1_234_567, 2],
          y: [NaN, 0.1234567891, Infinity],
        }],
      },
      { title: "Rate", xLabel: "step", yLabel: "rate", series: [] },
    ],
  });
  assert.deepEqual(curvesIn(html), [
    {
      title: "Loss",
      xLabel: "step",
      yLabel: "loss",
      logY: true,
      series: [{
        name: "train",
        x: [0, 1_234_567, 2],
        y: [null, 0.123457, null],
      }],
    },
    { title: "Rate", xLabel: "step", yLabel: "rate", logY: false, series: [] },
  ]);
  assert.ok(html.includes('<h3>Loss</h3><div class="plot" id="plot-0">'));
  assert.ok(html.includes('<h3>Rate</h3><div class="plot" id="plot-1">'));
  assert.ok(html.includes("plotly.js (basic - minified)"));
});

Deno.test("htmlReport() colours lines that have an order by a sequential scale", () => {
  const series = [0.1, 0.5, 0.9].map((sigma) => ({
    name: `sigma ${sigma}`,
    x: [],
    y: [],
  }));
  const curve = { title: "L", xLabel: "x", yLabel: "y", series };
  const [ordered, plain] = curvesIn(
    reportWith({ curves: [{ ...curve, ordered: true }, curve] }),
  ) as { colours?: string[] }[];
  assert.deepEqual(ordered!.colours, ["#2f6fde", "#cf4f9d", "#e89a1c"]);
  assert.equal(plain!.colours, undefined);
});

Deno.test("htmlReport() refuses a series whose x and y differ in length", () => {
  const curve = {
    title: "Loss",
    xLabel: "",
    yLabel: "",
    series: [{ name: "train", x: [1, 2], y: [1] }],
  };
  assert.throws(() => reportWith({ curves: [curve] }), {
    name: "TypeError",
    message:
      'Cannot plot "train" of "Loss": x and y must have equal lengths: ' +
      "current values are 2 and 1",
  });
});

Deno.test("htmlReport() escapes all text", () => {
  const evil = `</script></style><img src=x onerror="alert(1)" a='`;
  const fields = (text: string): Partial<Report> => ({
    title: text,
    subtitle: text,
    facts: [[text, text]],
    verdicts: [{ name: text, value: text, rule: text, passed: true }],
    media: [{
      title: text,
      kind: "image",
      mime: "image/png",
      bytes: new Uint8Array(),
      caption: text,
    }],
    curves: [{
      title: text,
      xLabel: text,
      yLabel: text,
      series: [{ name: text, x: [], y: [] }],
    }],
  });
  const html = reportWith(fields(evil));
  const harmless = reportWith(fields("text"));
  for (const mark of ["</script", "</style", "<img", '"', "'"]) {
    // JSON escapes quotes by a backslash; in HTML they are entities.
    const page = html.replaceAll('\\"', "");
    const expected = countOf(harmless.replaceAll('\\"', ""), mark) +
      (mark === "'" ? 1 : 0); // in the JSON title, where it means nothing
    assert.equal(countOf(page, mark), expected, mark);
  }
  // Plotly reads labels as HTML of its own.
  const [curve] = curvesIn(html) as Report["curves"];
  assert.equal(curve!.title, evil);
  for (const label of [curve!.xLabel, curve!.yLabel, curve!.series[0]!.name]) {
    assert.ok(label.startsWith("&lt;/script&gt;&lt;/style&gt;"));
  }
});

Deno.test("htmlReport() makes no requests and forbids them", () => {
  const html = reportWith({
    curves: [{ title: "L", xLabel: "x", yLabel: "y", series: [] }],
  });
  const own = html.slice(0, html.indexOf("plotly.js"));
  assert.match(
    own,
    /<meta http-equiv="Content-Security-Policy" content="default-src 'none';/,
  );
  assert.doesNotMatch(own, /<(?:script|img|link|iframe)[^>]+(?:src|href)=/);
  assert.doesNotMatch(own, /url\(|@import/);
});
