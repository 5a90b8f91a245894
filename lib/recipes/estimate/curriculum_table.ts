import { alignColumns, bytesText, durationText } from "../../core/mod.ts";
import { fits, flagsText, planOf } from "../../trainer/mod.ts";
import { limitText, type StageReport, timeOf } from "./report.ts";

const SECONDS_PER_WEEK = 7 * 86_400;

/** A table of all stages: the setting that fits, its memory and its time. */
export function curriculumText(reports: readonly StageReport[]): string {
  const [{ config, profile, limits, gflops }] = reports as [StageReport];
  const onCard = !limits.shared;
  const hasTime = gflops !== undefined;
  const rows = reports.map((report) => {
    const { setting, estimate } = report.choices.chosen;
    const { frames, width, height } = planOf(config, report.stage);
    const { updates, seconds } = timeOf(report, estimate);
    const { deviceBytes, hostBytes } = estimate;
    return [
      report.stage,
      report.stage === "text" ? "captions" : `${frames}x${height}x${width}`,
      ...onCard
        ? [bytesText(deviceBytes), bytesText(hostBytes)]
        : [bytesText(deviceBytes + hostBytes)],
      fits(estimate, limits) ? "yes" : "no",
      String(updates),
      ...hasTime
        ? [(seconds! / updates).toPrecision(3), durationText(seconds!)]
        : [],
      flagsText(setting),
    ];
  });
  const head = [
    "stage",
    "clips",
    ...onCard ? ["device", "host"] : ["memory"],
    "fits",
    "updates",
    ...hasTime ? ["s/update", "time"] : [],
    "setting",
  ];
  const total = reports.reduce(
    (sum, report) =>
      sum + (timeOf(report, report.choices.chosen.estimate).seconds ?? 0),
    0,
  );
  return [
    `${config.name} on ${profile.name}, within ${limitText(limits)}`,
    "",
    ...alignColumns(
      [head, ...rows],
      (column) => column > 1 && column < head.length - 1,
    ),
    "",
    hasTime
      ? `The whole curriculum takes at least ${durationText(total)}, ` +
        `${(total / SECONDS_PER_WEEK).toPrecision(2)} weeks, at ` +
        `${gflops.toPrecision(3)} GFLOP/s in a matrix product.`
      : "No time: the device is absent; pass its GFLOP/s with --speed.",
  ].join("\n");
}
