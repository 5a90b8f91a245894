import assert from "node:assert/strict";
import {
  imageGridBundle,
  tableBundle,
  textHost,
  videoBundle,
  videoGridBundle,
} from "lib/notebook/mod.ts";

const BYTES = Uint8Array.of(1, 2, 3);

Deno.test("videoBundle() plays without a network, and moves where videos do not play", () => {
  const bundle = videoBundle({ mp4: BYTES, gif: BYTES, caption: 'a "<b>"' });
  const html = String(bundle["text/html"]);
  assert.match(html, /<video src="data:video\/mp4;base64,AQID"/);
  assert.match(
    html,
    /<img src="data:image\/gif;base64,AQID" alt="a &quot;&lt;b&gt;&quot;"/,
  );
  assert.equal(bundle["image/gif"], "AQID");
  assert.equal(bundle["text/plain"], '[video] a "<b>" (0.0 kB)');
  assert.equal("image/gif" in videoBundle({ mp4: BYTES, caption: "" }), false);
});

Deno.test("videoGridBundle() plays clips side by side, each with its caption", () => {
  const videos = ["one", "two"].map((caption) => ({ mp4: BYTES, caption }));
  const bundle = videoGridBundle({ videos, columns: 2, width: 100 });
  const html = String(bundle["text/html"]);
  assert.match(html, /flex-wrap:wrap;gap:8px;max-width:208px/);
  assert.equal(html.match(/<video /g)?.length, 2);
  assert.equal(
    bundle["text/plain"],
    "[video] one (0.0 kB)\n[video] two (0.0 kB)",
  );
});

Deno.test("imageGridBundle() puts pictures side by side with their captions", () => {
  const images = [{ png: BYTES, caption: "one" }, {
    png: BYTES,
    caption: "<2>",
  }];
  const bundle = imageGridBundle({ images, columns: 2, width: 50 });
  const html = String(bundle["text/html"]);
  assert.match(html, /flex-wrap:wrap;gap:8px;max-width:108px/);
  assert.equal(html.match(/data:image\/png;base64,AQID/g)?.length, 2);
  assert.match(html, /&lt;2&gt;<\/figcaption>/);
  assert.equal(bundle["text/plain"], "[2 images] one; <2>");
});

Deno.test("clips and pictures are 320 pixels wide, or as wide as they are", () => {
  const html = (bundle: Record<string, unknown>) => String(bundle["text/html"]);
  const media = [{ mp4: BYTES, png: BYTES, caption: "" }];
  for (
    const bundle of [
      videoBundle(media[0]!),
      videoGridBundle({ videos: media }),
      imageGridBundle({ images: media }),
    ]
  ) assert.match(html(bundle), /width="320" style="max-width:100%/);
  const natural = html(imageGridBundle({ images: media, width: "natural" }));
  assert.doesNotMatch(natural, / width=/);
  assert.match(natural, /overflow-x:auto.*max-width:none/);
});

Deno.test("tableBundle() aligns numbers to the right and shortens them", () => {
  const bundle = tableBundle({
    columns: ["name", "PSNR (dB)"],
    rows: [["a & b", 24.5678], ["tiny", 9]],
  });
  assert.equal(
    bundle["text/plain"],
    "name   PSNR (dB)\n" +
      "-----  ---------\n" +
      "a & b       24.6\n" +
      "tiny           9",
  );
  assert.match(
    String(bundle["text/html"]),
    /<tr><td style="text-align:left">a &amp; b<\/td><td style="text-align:right">24\.6<\/td><\/tr>/,
  );
});

Deno.test("tableBundle() refuses a row that is too short", () => {
  assert.throws(
    () => tableBundle({ columns: ["a", "b"], rows: [["1", 2], [3]] }),
    {
      name: "TypeError",
      message: "Cannot show a table: row 2 must have 2 values: it has 1",
    },
  );
});

Deno.test("textHost() writes plain text, and nothing for what has none", async () => {
  let log = "";
  const host = textHost((text) => log += text);
  await host.show({ "text/plain": "one", "text/html": "<b>" });
  await host.show({ "text/plain": "" });
  await host.show({ "text/html": "<b>" });
  await host.update({ "text/plain": "two" }, "id");
  assert.equal(log, "one\n");
});
