import assert from "node:assert/strict";
import { classesOf, correctClasses } from "lib/evaluation/mod.ts";

Deno.test("classesOf() has every subject, a single motion, and a colour where named", () => {
  const labels = {
    phase: 1,
    subjects: [{ object: "red circle", motion: "up" }],
    camera: "still",
    angle: "level",
    weather: "clear",
    light: "day",
  } as const;
  assert.deepEqual(classesOf(labels), {
    object: ["red circle"],
    colour: ["red"],
    motion: ["up"],
    camera: ["still"],
  });
  const two = {
    ...labels,
    subjects: [...labels.subjects, { object: "cat", motion: "left" }],
    camera: "pan left",
  } as const;
  assert.deepEqual(classesOf(two), {
    object: ["red circle", "cat"],
    colour: ["red"],
    motion: [],
    camera: ["pan left"],
  });
});

Deno.test("correctClasses() accepts one of several subjects, and null where none is named", () => {
  const labels = {
    phase: 1,
    subjects: [{ object: "dog", motion: "up" }, {
      object: "cat",
      motion: "left",
    }],
    camera: "still",
    angle: "level",
    weather: "clear",
    light: "day",
  } as const;
  const predicted = {
    object: "cat",
    colour: "red",
    motion: "up",
    camera: "pan left",
  };
  assert.deepEqual(correctClasses(labels, predicted), {
    object: true,
    colour: null,
    motion: null,
    camera: false,
  });
});
