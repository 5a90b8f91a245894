import assert from "node:assert/strict";
import { scoresOf, scoreText, sumOfScores } from "lib/evaluation/mod.ts";

Deno.test("scoresOf() leaves out attributes that the prompt does not name", () => {
  assert.deepEqual(
    scoresOf({ object: true, colour: null, direction: false }),
    {
      object: { correct: 1, total: 1 },
      direction: { correct: 0, total: 1 },
    },
  );
});

Deno.test("sumOfScores() adds the clips of each attribute", () => {
  const clips = [
    scoresOf({ object: true, colour: null, direction: false }),
    scoresOf({ object: false }),
    scoresOf({ object: true, colour: false }),
  ];
  assert.deepEqual(sumOfScores(clips), {
    object: { correct: 2, total: 3 },
    colour: { correct: 0, total: 1 },
    direction: { correct: 0, total: 1 },
  });
});

Deno.test("scoreText() shows the interval of Wilson, within 0 and 100 %", () => {
  assert.equal(scoreText({ correct: 0, total: 19 }), "0.0 % (0-17, n 19)");
  assert.equal(scoreText({ correct: 19, total: 19 }), "100.0 % (83-100, n 19)");
  assert.equal(scoreText({ correct: 50, total: 100 }), "50.0 % (40-60, n 100)");
  assert.equal(scoreText({ correct: 0, total: 0 }), "-");
});
