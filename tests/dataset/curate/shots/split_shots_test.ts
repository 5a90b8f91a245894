import assert from "node:assert/strict";
import type { FrameStats } from "lib/dataset/curate/shots/frame_stats.ts";
import { splitShots } from "lib/dataset/curate/shots/split_shots.ts";

/** Frames at 10 fps; each letter is a shot, `-` is blank, `x` is damaged. */
function statsOf(letters: string): FrameStats[] {
  return [...letters].map((letter, i) => ({
    seconds: i / 10,
    endSeconds: (i + 1) / 10,
    isIntact: letter !== "x",
    brightness: 0.5,
    contrast: letter === "-" ? 0 : 0.2,
    cells: new Uint8Array(64),
    colours: new Uint8Array(128),
    hash: (letter.charCodeAt(0) % 16).toString(16).repeat(16),
    change: i === 0 ? undefined : {
      unmatched: letter === letters[i - 1] ? 0 : 0.9,
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

/** The ranges as `kind first-last`, with `|` at cuts and the part if several. */
function rangesOf(letters: string, maxSeconds = 100): string[] {
  return splitShots(statsOf(letters), maxSeconds).map((range) =>
    `${
      range.startsAtCut ? "|" : ""
    }${range.kind} ${range.first}-${range.last}` +
    `${range.endsAtCut ? "|" : ""}${
      range.parts === 1 ? "" : ` ${range.part}/${range.parts}`
    }`
  );
}

Deno.test("splitShots() trims two frames at cuts, none at the ends of the file", () => {
  assert.deepEqual(rangesOf("aaaaaaaaaabbbbbbbbbb"), [
    "shot 0-7|",
    "|shot 12-19",
  ]);
  assert.deepEqual(rangesOf("aaaaaaaa"), ["shot 0-7"]);
});

Deno.test("splitShots() trims all of a shot of four frames between cuts", () => {
  assert.deepEqual(rangesOf("aaaaaabbbbcccccc"), [
    "shot 0-3|",
    "|shot 8-7|",
    "|shot 12-15",
  ]);
});

Deno.test("splitShots() separates blank and damaged frames", () => {
  assert.deepEqual(rangesOf("aaaaaa---aaaaaaxxaaaaa"), [
    "shot 0-3|",
    "|blank 6-8|",
    "|shot 11-12|",
    "|damaged 15-16|",
    "|shot 19-21",
  ]);
});

Deno.test("splitShots() splits a long shot into equal parts without gaps", () => {
  assert.deepEqual(rangesOf("a".repeat(25), 1), [
    "shot 0-8 1/3",
    "shot 9-16 2/3",
    "shot 17-24 3/3",
  ]);
  assert.deepEqual(rangesOf("a".repeat(20) + "b".repeat(9), 1), [
    "shot 0-8 1/2",
    "shot 9-17| 2/2",
    "|shot 22-28",
  ]);
  assert.deepEqual(rangesOf("a".repeat(10), 1), ["shot 0-9"]);
});
