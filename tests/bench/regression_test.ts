import assert from "node:assert/strict";
import {
  compare,
  comparisonText,
  lastResults,
  ratioQuartiles,
} from "../../bench/regression.ts";
import type { BenchResult } from "../../bench/result.ts";

const result = (more: Partial<BenchResult>): BenchResult => ({
  bench: "step",
  device: "cpu",
  sizes: { width: 768, batch: 1 },
  checked: [],
  medianMs: 1,
  minMs: 1,
  steps: 4,
  peakRssBytes: 1,
  ...more,
});

Deno.test("compare() calls slower what most rounds exceed by 5 %", () => {
  const kept = [{ ...result({ ratio: 0.9 }), day: "2026-11-26" }];
  const verdictOf = (ratio: number, quartiles: [number, number]): string =>
    compare(
      result({
        sizes: { batch: 1, width: 768 },
        ratio,
        ratioQuartiles: quartiles,
      }),
      kept,
    ).verdict;
  assert.equal(verdictOf(1, [0.96, 1.1]), "slower");
  assert.equal(verdictOf(1, [0.94, 1.3]), "as before");
  assert.equal(verdictOf(0.8, [0.7, 0.85]), "faster");
});

Deno.test("compare() takes the matrix product where one side has no PyTorch", () => {
  const kept = [{
    ...result({ ratio: 0.9, fractionOfMatmulPeak: 0.8 }),
    day: "2026-11-26",
  }];
  assert.deepEqual(compare(result({ fractionOfMatmulPeak: 0.5 }), kept), {
    bench: "step",
    figure: "time over a matrix product's",
    day: "2026-11-26",
    before: 1.25,
    now: 2,
    verdict: "slower",
  });
  const other = compare(result({ sizes: { width: 8, batch: 1 } }), kept);
  assert.equal(other.verdict, "not compared");
  assert.match(
    comparisonText([other]),
    /^bench +before +now +figure +since\nstep +not compared/,
  );
});

Deno.test("ratioQuartiles() pairs the rounds", () => {
  assert.deepEqual(ratioQuartiles([1, 4, 9, 16, 25], [1, 2, 3, 4, 5]), [2, 4]);
});

Deno.test("lastResults() reads the last result of each work, and names a file that is none", async () => {
  const folder = await Deno.makeTempDir();
  const write = (name: string, text: string): Promise<void> =>
    Deno.writeTextFile(`${folder}/${name}`, text);
  await write("2026-11-02-step-cpu.json", JSON.stringify(result({ ratio: 2 })));
  await write("2026-11-01-step-cpu.json", JSON.stringify(result({ ratio: 1 })));
  await write(
    "2026-11-01-vae-cpu.json",
    JSON.stringify(result({ bench: "vae", ratio: 3 })),
  );
  const kept = await lastResults(folder);
  assert.deepEqual(
    kept.map(({ bench, ratio, day }) => [bench, ratio, day]),
    [["step", 2, "2026-11-02"], ["vae", 3, "2026-11-01"]],
  );
  await write("2026-11-03-vae-cpu.json", "{");
  await assert.rejects(() => lastResults(folder), {
    name: "InputError",
    message: /2026-11-03-vae-cpu\.json": it must be a result/,
  });
  await Deno.remove(folder, { recursive: true });
});
