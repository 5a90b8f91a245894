import assert from "node:assert/strict";
import {
  type ClipLabels,
  flowFeatures,
  judgeLabels,
  labelColumns,
  nearestMeanJudge,
} from "lib/evaluation/mod.ts";

const rowsOf = (rows: readonly number[][]) => ({
  count: rows.length,
  dimension: rows[0]!.length,
  values: Float32Array.from(rows.flat()),
});

Deno.test("nearestMeanJudge() measures features by their spread within classes", () => {
  // The first feature tells the classes, the second is noise of a larger scale.
  const rows = rowsOf([[0, 90], [0.1, -90], [1, 80], [1.1, -80], [9, 9]]);
  const judge = nearestMeanJudge(rows, ["a", "a", "b", "b", undefined])!;
  assert.deepEqual(judge.classes, ["a", "b"]);
  assert.equal(judge.classOf([0.2, 85]), "a");
  assert.equal(judge.classOf([0.9, -85]), "b");
  assert.equal(nearestMeanJudge(rows, ["a", "a", "a", "a", "a"]), undefined);
});

Deno.test("labelColumns() leaves out numbers, names and columns with gaps", () => {
  const labels: ClipLabels[] = Array.from({ length: 40 }, (_, i) => ({
    place: i % 2 ? "sea" : "town",
    speed: String(i),
    file: `${i}.mp4`,
    camera: "front",
    turn: i === 0 ? "rare" : i % 3 ? "left" : "right",
    ...(i > 20 && { weather: i % 2 ? "rain" : "sun" }),
  }));
  assert.deepEqual(labelColumns(labels), ["place"]);
});

Deno.test("judgeLabels() counts the clips of each class that look like it", () => {
  const labels = ["a", "a", "b", "b"].map((place) => ({ place }));
  const training = { rows: rowsOf([[0], [1], [8], [9]]), labels };
  const real = { rows: rowsOf([[0], [2], [7], [1]]), labels };
  const [score] = judgeLabels("looks", ["place"], training, { real });
  assert.deepEqual(score, {
    label: "place",
    judge: "looks",
    real: {
      correct: 3,
      total: 4,
      classes: {
        a: { correct: 2, total: 2 },
        b: { correct: 1, total: 2 },
      },
    },
  });
});

Deno.test("flowFeatures() follow the motion over time, upper half first", () => {
  const [frames, height, width, fps] = [7, 48, 64, 10];
  const data = new Float32Array(frames * height * width * 3);
  for (let i = 0; i < data.length; i++) {
    const pixel = Math.floor(i / 3);
    const [x, y] = [pixel % width, Math.floor(pixel / width) % height];
    const t = Math.floor(pixel / (height * width));
    // To the right for four frames, then to the left.
    const shift = t <= 4 ? 1.5 * t : 6 - 1.5 * (t - 4);
    data[i] = 0.5 + 0.2 * Math.sin((x - shift) / 3) + 0.2 * Math.cos(y / 4);
  }
  const features = flowFeatures({ frames, height, width, fps, data });
  assert.equal(features.length, 12);
  const right = features.filter((_, i) => i % 2 === 0);
  // 1.5 pixels a frame in widths a second.
  const speed = 1.5 * fps / width;
  [speed, speed, speed, speed, -speed, -speed].forEach((wanted, i) =>
    assert.ok(Math.abs(right[i]! - wanted) < 0.02, `${right}`)
  );
});
