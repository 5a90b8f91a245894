import assert from "node:assert/strict";
import type { Measure } from "lib/dataset/curate/shots/measure.ts";
import { splitShots } from "lib/dataset/curate/shots/split_shots.ts";

/** Pictures at 10 fps; each letter is a shot, `-` is blank, `x` is damaged. */
function measuresOf(letters: string): Measure[] {
  return [...letters].map((letter, i) => ({
    seconds: i / 10,
    endSeconds: (i + 1) / 10,
    isWhole: letter !== "x",
    brightness: 0.5,
    contrast: letter === "-" ? 0 : 0.2,
    cells: new Uint8Array(64),
    colours: new Uint8Array(128),
    hash: (letter.charCodeAt(0) % 16).toString(16).repeat(16),
    change: i === 0 ? undefined : {
      unexplained: letter === letters[i - 1] ? 0 : 0.9,
      recoloured: 0,
      motion: 0,
      cameraMotion: 0,
      pan: [0, 0],
      zoom: 0,
      roll: 0,
      subjectMotion: 0,
      movingShare: 0,
      subjects: 0,
    },
  }));
}

/** The runs as `kind first-last`, with `|` at a cut and the part where there are several. */
function runsOf(letters: string, maxSeconds = 100): string[] {
  return splitShots(measuresOf(letters), maxSeconds).map((run) =>
    `${run.startsAtCut ? "|" : ""}${run.kind} ${run.first}-${run.last}` +
    `${run.endsAtCut ? "|" : ""}${
      run.parts === 1 ? "" : ` ${run.part}/${run.parts}`
    }`
  );
}

Deno.test("splitShots() trims two pictures at cuts, none at the ends of the file", () => {
  assert.deepEqual(runsOf("aaaaaaaaaabbbbbbbbbb"), [
    "shot 0-7|",
    "|shot 12-19",
  ]);
  assert.deepEqual(runsOf("aaaaaaaa"), ["shot 0-7"]);
});

Deno.test("splitShots() leaves nothing of a shot of four pictures between cuts", () => {
  assert.deepEqual(runsOf("aaaaaabbbbcccccc"), [
    "shot 0-3|",
    "|shot 8-7|",
    "|shot 12-15",
  ]);
});

Deno.test("splitShots() sets blank and damaged pictures apart", () => {
  assert.deepEqual(runsOf("aaaaaa---aaaaaaxxaaaaa"), [
    "shot 0-3|",
    "|blank 6-8|",
    "|shot 11-12|",
    "|damaged 15-16|",
    "|shot 19-21",
  ]);
});

Deno.test("splitShots() splits a long shot into equal parts without losing a picture", () => {
  assert.deepEqual(runsOf("a".repeat(25), 1), [
    "shot 0-8 1/3",
    "shot 9-16 2/3",
    "shot 17-24 3/3",
  ]);
  assert.deepEqual(runsOf("a".repeat(20) + "b".repeat(9), 1), [
    "shot 0-8 1/2",
    "shot 9-17| 2/2",
    "|shot 22-28",
  ]);
  assert.deepEqual(runsOf("a".repeat(10), 1), ["shot 0-9"]);
});
