import assert from "node:assert/strict";
import { createCanvas, GlobalFonts } from "@napi-rs/canvas";
import { labelFontFamily } from "lib/dataset/encode/_font.ts";
import { contactSheet, type Image } from "lib/dataset/encode/mod.ts";
import { brightnessClip } from "../_video_fixture.ts";

const GAP = 4;
const LABEL = 20;

/** Brightness at a place, in [0,255]. */
function at({ width, data }: Image, x: number, y: number): number {
  return data[(y * width + x) * 3]!;
}

/** Dark pixels of a part of a row of text. */
function inkIn(sheet: Image, top: number, from = 0, to = sheet.width): number {
  let ink = 0;
  for (let y = top; y < top + LABEL; y++) {
    for (let x = from; x < to; x++) if (at(sheet, x, y) < 128) ink++;
  }
  return ink;
}

Deno.test("contactSheet() spreads the frames of a row from first to last", async () => {
  const clip = brightnessClip({ frames: 9, height: 40, width: 60, fps: 8 });
  const sheet = await contactSheet([{ label: "", clip }], { columns: 5 });
  assert.equal(sheet.width, 5 * (60 + GAP) + GAP);
  assert.equal(sheet.height, GAP + LABEL + 40 + GAP);
  const shown = [0, 1, 2, 3, 4].map((column) =>
    Math.floor(
      at(sheet, GAP + column * (60 + GAP) + 30, GAP + LABEL + 20) / 255 * 9,
    )
  );
  assert.deepEqual(shown, [0, 2, 4, 6, 8]);
});

Deno.test("contactSheet() shows each frame of a short clip once", async () => {
  const clip = brightnessClip({ frames: 2, height: 40, width: 200, fps: 8 });
  const sheet = await contactSheet([{ label: "", clip }], { columns: 8 });
  assert.equal(sheet.width, 2 * (200 + GAP) + GAP);
});

Deno.test("contactSheet() enlarges pixels without blurring them", async () => {
  const clip = brightnessClip({ frames: 1, height: 2, width: 100, fps: 8 });
  clip.data.fill(0).fill(1, 300, 600); // a black row and a white one
  const sheet = await contactSheet([{ label: "", clip }], { scale: 4 });
  const top = GAP + LABEL;
  assert.deepEqual(
    [0, 3, 4, 7].map((y) => at(sheet, GAP + 200, top + y)),
    [0, 0, 255, 255],
  );
});

Deno.test("contactSheet() writes each label above its row", async () => {
  const clip = brightnessClip({ frames: 8, height: 40, width: 40, fps: 8 });
  const sheet = await contactSheet([
    { label: "a red circle", clip },
    { label: "", clip },
    { label: "ein grüner Würfel, Привет", clip },
  ]);
  const row = LABEL + 40 + GAP;
  assert.ok(inkIn(sheet, GAP) > 60, "first label");
  assert.equal(inkIn(sheet, GAP + row), 0, "no label");
  assert.ok(inkIn(sheet, GAP + 2 * row) > 120, "third label");
});

Deno.test("contactSheet() breaks a label into lines, also one without spaces", async () => {
  const clip = brightnessClip({ frames: 8, height: 40, width: 40, fps: 8 });
  const heightOf = async (label: string) =>
    (await contactSheet([{ label, clip }])).height - 40 - 2 * GAP;
  assert.equal(await heightOf("a red circle"), LABEL);
  const words = "a red circle moves right and a blue square stands still";
  assert.equal(await heightOf(words), 2 * LABEL);
  assert.equal(await heightOf("moves".repeat(12)), 2 * LABEL);
});

Deno.test("contactSheet() truncates a label that is too long", async () => {
  const clip = brightnessClip({ frames: 8, height: 40, width: 40, fps: 8 });
  const sheet = await contactSheet([{ label: "very ".repeat(200), clip }]);
  assert.equal(sheet.height, GAP + 6 * LABEL + 40 + GAP);
  assert.ok(
    inkIn(sheet, GAP, sheet.width - 40, sheet.width - GAP) > 0,
    "is full",
  );
  assert.equal(inkIn(sheet, GAP, sheet.width - GAP), 0, "keeps the margin");
});

Deno.test("labelFontFamily() registers a font on machines without fonts", async () => {
  const family = await labelFontFamily();
  assert.match(family, /^"DejaVu Sans \(bundled\)", .*sans-serif$/);
  assert.ok(GlobalFonts.has("DejaVu Sans (bundled)"));
  const context = createCanvas(1, 1).getContext("2d");
  context.font = `2048px ${family}`;
  // Advances of DejaVu Sans in its own units, 2048 to an em.
  assert.equal(Math.round(context.measureText("i").width), 569);
  assert.equal(Math.round(context.measureText("W").width), 2025);
});

const hasHan = GlobalFonts.families.some(({ family }) =>
  /^Noto Sans CJK/.test(family)
);
Deno.test({
  name: "labelFontFamily() names the system's fonts of other scripts" +
    (hasHan ? "" : " (skipped: fonts-noto-cjk is not installed)"),
  ignore: !hasHan,
  async fn() {
    const context = createCanvas(40, LABEL).getContext("2d");
    const drawn = (text: string): string => {
      context.clearRect(0, 0, 40, LABEL);
      context.fillText(text, 2, LABEL - 4);
      return context.getImageData(0, 0, 40, LABEL).data.join();
    };
    context.font = `16px ${await labelFontFamily()}`;
    // Two letters that no font has look alike: an empty box each.
    assert.notEqual(drawn("红"), drawn("蓝"));
    context.font = '16px "DejaVu Sans (bundled)"';
    assert.equal(drawn("红"), drawn("蓝"));
  },
});

Deno.test("contactSheet() rejects an empty list of rows", async () => {
  await assert.rejects(contactSheet([]), {
    name: "RangeError",
    message:
      "Cannot lay out a contact sheet: it needs a row, a column and a scale above 0: current values are 0 rows, 8 columns, scale 1",
  });
});
