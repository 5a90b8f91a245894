import assert from "node:assert/strict";
import { AdherenceTable, scoreText, sumOfScores } from "lib/evaluation/mod.ts";

Deno.test("AdherenceTable counts by language and leaves out what was not asked", () => {
  const table = new AdherenceTable();
  table.add("en", { object: true, colour: null, direction: false });
  table.add("de", { object: false });
  table.add("en", { object: true, colour: false });
  assert.deepEqual(table.scores, {
    en: {
      object: { right: 2, asked: 2 },
      direction: { right: 0, asked: 1 },
      colour: { right: 0, asked: 1 },
    },
    de: { object: { right: 0, asked: 1 } },
  });
  assert.deepEqual(sumOfScores(Object.values(table.scores)), {
    object: { right: 2, asked: 3 },
    colour: { right: 0, asked: 1 },
    direction: { right: 0, asked: 1 },
  });
});

Deno.test("scoreText() shows the interval of Wilson, within 0 and 100 %", () => {
  assert.equal(scoreText({ right: 0, asked: 19 }), "0.0 % (0-17, n 19)");
  assert.equal(scoreText({ right: 19, asked: 19 }), "100.0 % (83-100, n 19)");
  assert.equal(scoreText({ right: 50, asked: 100 }), "50.0 % (40-60, n 100)");
  assert.equal(scoreText({ right: 0, asked: 0 }), "-");
});
