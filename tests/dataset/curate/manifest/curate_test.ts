import assert from "node:assert/strict";
import {
  curate,
  type CurateOptions,
  type ManifestRow,
  type SourceFile,
} from "lib/dataset/curate/mod.ts";
import { Rng } from "lib/core/mod.ts";
import type { Segment } from "lib/dataset/curate/analysis.ts";
import { manifestRowSchema } from "lib/dataset/curate/manifest/row.ts";
import { analysisOf, CALM, fileOf, OPTIONS, segmentOf } from "../_rows.ts";

/** Curates, and checks every row against the schema. */
function rowsOf(
  files: SourceFile[],
  options: Partial<CurateOptions> = {},
): ManifestRow[] {
  const rows = curate(files, { ...OPTIONS, ...options });
  for (const row of rows) {
    assert.deepEqual(
      manifestRowSchema.parse(JSON.parse(JSON.stringify(row))),
      row,
    );
  }
  const ids = new Set(rows.map(({ id }) => id));
  assert.equal(ids.size, rows.length, "ids are unique");
  return rows;
}

function reasonsOf(
  segment: Partial<Segment>,
  options: Partial<CurateOptions> = {},
): string {
  const [row] = rowsOf([fileOf("a.mp4", "a", [segmentOf(segment)])], options);
  return row!.status === "kept" ? "kept" : `${row!.rule}: ${row!.reason}`;
}

Deno.test("curate() keeps a good shot in its phase, with its scores", () => {
  const [row] = rowsOf([fileOf("a.mp4", "a", [segmentOf()])]);
  assert.ok(row?.status === "kept");
  assert.equal(row.phase, 1);
  assert.match(row.phaseReason, /^still camera/);
  assert.equal(row.split, "train");
  assert.equal(row.id, "aaaaaaaaaaaaaaaa-0000");
  assert.deepEqual(row.scores, CALM);
  assert.deepEqual(row.shot, {
    startSeconds: 0,
    endSeconds: 4,
    pictures: 100,
    startsAtCut: false,
    endsAtCut: false,
    part: 1,
    parts: 1,
  });
});

Deno.test("curate() drops a shot with the rule and the numbers", () => {
  const cases: [Partial<Segment>, string][] = [
    [
      { endSeconds: 0.8, pictures: 20 },
      "too_short: lasts 0.8 s (20 frames), 1 s are needed",
    ],
    [
      { scores: null, endSeconds: 0.04, pictures: 1 },
      "too_short: lasts 0.04 s (1 frames), 1 s are needed",
    ],
    [
      { kind: "blank", scores: null, hash: null, moments: null },
      "blank: shows one plain colour",
    ],
    [
      { kind: "damaged", scores: null, hash: null, moments: null },
      "damaged: 100 frames have decoding errors, or are predicted from such frames",
    ],
    [{ scores: { ...CALM, motion: 0.0001 } }, "still: motion 0.0001 < 0.0005"],
    [{ scores: { ...CALM, sharpness: 1.234 } }, "blurred: sharpness 1.23 < 4"],
    [{ scores: { ...CALM, overlay: 0.25 } }, "overlay: overlay 0.25 > 0.1"],
    [{ scores: { ...CALM, sharpness: null, overlay: null } }, "kept"],
    [{ endSeconds: 1 }, "kept"],
  ];
  for (const [segment, expected] of cases) {
    assert.equal(reasonsOf(segment), expected);
  }
  assert.equal(
    reasonsOf({}, { minSide: 361 }),
    "too_small: is 640x360, 361 pixels are needed",
  );
  assert.equal(
    reasonsOf({}, { minSeconds: 5 }),
    "too_short: lasts 4 s (100 frames), 5 s are needed",
  );
});

Deno.test("curate() writes a row for a file without shots and for a lost rest", () => {
  const rows = rowsOf([
    fileOf("b.mp4", "b", { rule: "no_video", reason: "it is a text file" }),
    fileOf("c.mp4", "c", {
      analysis: analysisOf(
        [segmentOf()],
        {},
        "a frame at about 4.00 s is damaged",
      ),
    }),
    fileOf("gone", "0", {
      rule: "unreadable",
      reason: "the link is broken",
    }, {
      sha256: null,
      bytes: null,
    }),
  ]);
  assert.deepEqual(
    rows.map((row) =>
      row.status === "kept"
        ? "kept"
        : `${row.source.path} ${row.rule}: ${row.reason}`
    ),
    [
      "b.mp4 no_video: it is a text file",
      "kept",
      "c.mp4 damaged: a part of the file is lost: a frame at about 4.00 s is damaged",
      "gone unreadable: the link is broken",
    ],
  );
});

Deno.test("curate() keeps the first of files with equal contents", () => {
  const rows = rowsOf([
    fileOf("b.mp4", "a", [segmentOf()]),
    fileOf("a.mp4", "a", [segmentOf()]),
  ]);
  assert.deepEqual(rows.map(({ source, status }) => [source.path, status]), [
    ["a.mp4", "kept"],
    ["b.mp4", "dropped"],
  ]);
  assert.ok(rows[1]!.status === "dropped");
  assert.equal(rows[1]!.rule, "same_file");
  assert.equal(rows[1]!.reason, 'holds the same bytes as "a.mp4"');
});

Deno.test("curate() keeps the largest of duplicates", () => {
  const large = {
    analysis: analysisOf([segmentOf()], { width: 1280, height: 720 }),
  };
  const rows = rowsOf([
    fileOf("a.mp4", "a", [segmentOf()]),
    fileOf("b.mp4", "b", large),
  ]);
  assert.deepEqual(rows.map(({ status }) => status), ["dropped", "kept"]);
  assert.ok(rows[0]!.status === "dropped");
  assert.equal(rows[0]!.rule, "duplicate");
  assert.equal(
    rows[0]!.reason,
    'shows the same as bbbbbbbbbbbbbbbb-0000 of "b.mp4"',
  );
});

Deno.test("curate() splits by file contents, all shots of a file together", () => {
  // Each file shows something else.
  const file = (sha256: string, name: string) => {
    const rng = new Rng(parseInt(sha256.slice(0, 8), 16));
    const moments = Uint8Array.from({ length: 512 }, () => rng.integer(256))
      .toBase64();
    const later = { startSeconds: 4, endSeconds: 8, moments };
    const shots = [segmentOf({ moments }), segmentOf(later)];
    return fileOf(`${name}.mp4`, "0", shots, { sha256 });
  };
  const files = [..."0123456789abcdef"].map((digit) =>
    file(digit.repeat(64), digit)
  );
  const more = Array.from(
    { length: 5 },
    (_, i) => file(`${i + 1}8`.repeat(32), `more${i}`),
  );
  const splitsOf = (validation: number): Map<string, Set<string>> => {
    const splits = new Map<string, Set<string>>();
    for (const row of rowsOf([...files, ...more], { validation })) {
      if (row.status === "dropped") continue;
      const { path } = row.source;
      splits.set(path, (splits.get(path) ?? new Set()).add(row.split));
    }
    return splits;
  };
  for (const sides of splitsOf(0.5).values()) assert.equal(sides.size, 1);
  // 0x444... is 0.267 of 2^32
  assert.deepEqual(splitsOf(0.27).get("4.mp4"), new Set(["validation"]));
  assert.deepEqual(splitsOf(0.26).get("4.mp4"), new Set(["train"]));
  // Where chance would leave none, the file of the smallest hash is held out.
  const least = splitsOf(1e-9);
  const held = [...least].filter(([, sides]) => sides.has("validation"));
  assert.deepEqual(held.map(([path]) => path), ["0.mp4"]);
  const none = [...splitsOf(0).values()].flatMap((sides) => [...sides]);
  assert.deepEqual([...new Set(none)], ["train"]);
});

/** Split and times of each kept row. */
function timesOf(rows: readonly ManifestRow[]): string[] {
  return rows.flatMap((row) =>
    row.status === "kept"
      ? [`${row.split} ${row.shot.startSeconds}-${row.shot.endSeconds}`]
      : []
  );
}

Deno.test("curate() holds out the last part of each of few files, after a gap", () => {
  const file = (digit: string, segments: Segment[], durationSeconds: number) =>
    fileOf(`${digit}.mp4`, digit, {
      analysis: analysisOf(segments, { durationSeconds }),
    });
  const rows = rowsOf([
    // The shot across 17 s is divided; that after it is held out whole.
    file("a", [
      segmentOf({ endSeconds: 8 }),
      segmentOf({ startSeconds: 8, endSeconds: 18.5, pictures: 105 }),
      segmentOf({ startSeconds: 18.5, endSeconds: 20 }),
    ], 20),
    // Too short to divide: the shot stays whole.
    file("b", [segmentOf({ endSeconds: 2, hash: "fedcba9876543210" })], 2),
  ], { validation: 0.05 });
  assert.deepEqual(timesOf(rows), [
    "train 0-8",
    "train 8-16.5",
    "validation 17-18.5",
    "validation 18.5-20",
    "train 0-2",
  ]);
  assert.deepEqual(
    rows.map(({ shot }) => shot!.pictures).slice(1, 3),
    [85, 15],
  );
});

Deno.test("curate() holds out one whole file where all are short, never the only one", () => {
  const short = (digit: string) =>
    fileOf(`${digit}.mp4`, digit, {
      analysis: analysisOf(
        [segmentOf({ endSeconds: 2, hash: digit.repeat(16) })],
        { durationSeconds: 2 },
      ),
    });
  assert.deepEqual(
    timesOf(rowsOf([short("5"), short("a")], { validation: 0.05 })),
    ["validation 0-2", "train 0-2"],
  );
  assert.deepEqual(
    timesOf(rowsOf([short("5")], { validation: 0.05 })),
    ["train 0-2"],
  );
});

Deno.test("curate() assigns captions that cover half a shot, and the notes of its file", () => {
  const captions = [
    { text: "a cat", language: "en" },
    { text: "it sleeps", language: "en", start: 0, end: 2 },
    { text: "it wakes", language: "en", start: 2.5 },
  ];
  const [row] = rowsOf([
    fileOf("a.mp4", "a", [segmentOf()], { captions, notes: ["a note"] }),
  ]);
  assert.deepEqual(row!.captions.map(({ text }) => text), [
    "a cat",
    "it sleeps",
  ]);
  assert.deepEqual(row!.notes, [
    "a note",
    '1 of 3 captions cover half of no shot: "it wakes" (2.5 s to the end)',
  ]);
});

Deno.test("curate() gives a shot the labels of its rows, the first of each name", () => {
  const captions: SourceFile["captions"] = [
    { text: "a car", language: "en", labels: { turn: "left", place: "track" } },
    { text: "", language: "und", labels: { turn: "right", fps: "20" } },
    { text: "", language: "und", start: 9, labels: { later: "yes" } },
  ];
  const [row] = rowsOf([fileOf("a.mp4", "a", [segmentOf()], { captions })]);
  assert.deepEqual(row!.labels, { turn: "left", place: "track", fps: "20" });
  assert.deepEqual(row!.captions, [{ text: "a car", language: "en" }]);
  assert.deepEqual(row!.notes, [
    'several rows of a table have the label turn: "left" is kept, "right" is not',
  ]);
  const [plain] = rowsOf([fileOf("a.mp4", "a", [segmentOf()])]);
  assert.ok(!("labels" in plain!));
});

Deno.test("curate() keeps the captions of a copy with the file it equals", () => {
  const captionsOf = (text: string): Partial<SourceFile> => ({
    captions: [{ text, language: "en" }],
  });
  const [row, copy] = rowsOf([
    fileOf("a.mp4", "a", [segmentOf()], captionsOf("a cat")),
    fileOf("b.mp4", "a", [segmentOf()], captionsOf("it sleeps")),
    fileOf("c.mp4", "a", [segmentOf()], captionsOf("a cat")),
  ]);
  assert.deepEqual(row!.captions.map(({ text }) => text), [
    "a cat",
    "it sleeps",
  ]);
  assert.ok(copy?.status === "dropped" && copy.rule === "same_file");
});

Deno.test("curate() notes the jumps of a file's clock", () => {
  const notesOf = (clockJumps: number): string[] => {
    const outcome = { analysis: analysisOf([segmentOf()], { clockJumps }) };
    return curate([fileOf("a.ts", "a", outcome)], OPTIONS)[0]!.notes;
  };
  assert.deepEqual(notesOf(0), []);
  assert.deepEqual(notesOf(1), [
    "the clock of the file jumps once; seconds count on",
  ]);
  assert.deepEqual(notesOf(3), [
    "the clock of the file jumps 3 times; seconds count on",
  ]);
});

Deno.test("curate() keeps pictures only where asked for, however short and still", () => {
  const picture = fileOf("a.jpg", "a", {
    analysis: analysisOf(
      [segmentOf({
        endSeconds: 0.04,
        pictures: 1,
        scores: { ...CALM, motion: 0 },
      })],
      { isPicture: true, codec: "mjpeg", pictures: 1 },
    ),
  });
  const [dropped] = rowsOf([picture]);
  assert.ok(dropped?.status === "dropped");
  assert.deepEqual([dropped.rule, dropped.reason], [
    "no_video",
    "it is a picture (jpeg, one frame); --pictures keeps pictures",
  ]);
  const [kept] = rowsOf([picture], { pictures: true });
  assert.ok(kept?.status === "kept");
  assert.deepEqual([kept.phase, kept.shot.pictures], [1, 1]);
});
