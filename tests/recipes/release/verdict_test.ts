import assert from "node:assert/strict";
import type { Metric } from "lib/recipes/release/metrics.ts";
import { compareMetrics } from "lib/recipes/release/verdict.ts";

const psnr: Metric = { name: "PSNR", value: 30, margin: 0.4, better: "higher" };
const loss: Metric = { name: "loss", value: 0.25, margin: 0, better: "lower" };

function refusals(
  metrics: readonly Metric[],
  limits: Parameters<typeof compareMetrics>[1],
  before?: readonly Metric[],
): readonly string[] {
  return compareMetrics(metrics, limits, before)
    .flatMap(({ refusals }) => refusals);
}

Deno.test("a metric beyond its limit is refused with its name, limit and value", () => {
  const limits = { PSNR: { least: 31 }, loss: { most: 0.2 } };
  assert.deepEqual(refusals([psnr, loss], limits), [
    "PSNR must be at least 31: it is 30 ± 0.4",
    "loss must be at most 0.2: it is 0.25",
  ]);
  assert.deepEqual(refusals([psnr, loss], { PSNR: { least: 30 } }), []);
});

Deno.test("worse than the release before by more than the interval is a regression", () => {
  // The interval of the difference is the root of 2 x 0.4^2, and half a percent.
  const before = (value: number): Metric[] => [{ ...psnr, value }, loss];
  assert.deepEqual(refusals([psnr, loss], {}, before(30.7)), []);
  assert.deepEqual(refusals([psnr, loss], {}, before(30.8)), [
    "PSNR is 30 ± 0.4, worse than 30.8 ± 0.4 of the release before",
  ]);
  assert.deepEqual(refusals([psnr, loss], {}, before(20)), []);
  assert.deepEqual(
    refusals([{ ...loss, value: 0.26 }], {}, [loss]),
    ["loss is 0.26, worse than 0.25 of the release before"],
  );
  assert.deepEqual(refusals([{ ...loss, value: 0.2 }], {}, [loss]), []);
});

Deno.test("NaN passes no limit and no comparison", () => {
  const broken = { ...psnr, value: NaN };
  assert.deepEqual(refusals([broken], { PSNR: { least: 1 } }, [psnr]), [
    "PSNR must be a number: it is NaN",
  ]);
});

Deno.test("a metric that the release before lacked is compared with nothing", () => {
  const [found] = compareMetrics([psnr], {}, [loss]);
  assert.equal(found?.before, undefined);
  assert.deepEqual(found?.refusals, []);
});

Deno.test("a threshold of no metric is refused with the names that there are", () => {
  assert.throws(() => compareMetrics([psnr, loss], { PSN: { least: 1 } }, []), {
    name: "InputError",
    message:
      'Cannot use the thresholds: each must be that of a metric: "PSN" is ' +
      "none; the metrics are PSNR; loss",
  });
});
