import {
  type HeldOutResult,
  scoreText,
  seamMotionText,
} from "../../evaluation/mod.ts";
import type { Table } from "../../trainer/report/mod.ts";
import { meanText, short } from "./short.ts";

/** Rows of the table of nearest training clips. */
const NEAREST = 5;

/** An evaluation on held-out video as tables of a page or of the terminal. */
export function heldOutTables(result: HeldOutResult): Table[] {
  return [
    ...reconstructionTable(result),
    distanceTable(result),
    motionTable(result),
    ...nearestTable(result),
    ...labelTable(result),
  ];
}

function reconstructionTable({ reconstruction }: HeldOutResult): Table[] {
  if (!reconstruction) return [];
  const { psnr, ssim, distances } = reconstruction;
  const measures = [
    ["PSNR, dB", psnr] as const,
    ["SSIM", ssim] as const,
    ...Object.entries(distances),
  ];
  return [{
    title: "Held-out video through the VAE",
    columns: ["measure", "mean", "std", "clips"],
    rows: measures.map(([name, { mean, std, clips }]) => [
      name,
      meanText(mean),
      std === null ? "-" : short(std),
      String(clips),
    ]),
  }];
}

function distanceTable({ floor, distances }: HeldOutResult): Table {
  return {
    title: "Distance from real held-out video",
    columns: [
      "clips",
      "metric",
      "half from half",
      "kernel, half from half",
      "all from all",
      "kernel, all from all",
      "bootstrap std",
      "at n = infinity",
    ],
    rows: floor.flatMap(({ metric, frechet, kernel }, i) => [
      [
        "real: the floor",
        metric,
        short(frechet),
        withError(kernel),
        ...["-", "-", "-", "-"],
      ],
      ...(["reconstructed", "generated"] as const).flatMap((name) => {
        const found = distances[name]?.[i];
        if (!found) return [];
        const { frechet, spread, limit, kernel, ofHalf } = found;
        return [[
          name,
          metric,
          ofHalf === null ? "-" : short(ofHalf.frechet),
          ofHalf === null ? "-" : withError(ofHalf.kernel),
          short(frechet),
          withError(kernel),
          spread === null ? "-" : short(spread),
          limit ? withError(limit) : "-",
        ]];
      }),
    ]),
  };
}

function motionTable({ motion }: HeldOutResult): Table {
  return {
    title: "Motion of held-out video",
    columns: [
      "clips",
      "dynamic degree, sides/s",
      "flicker",
      "smoothness",
      "steps of a subject across seams / inside",
      "change of all pixels across seams / inside",
    ],
    rows: (["real", "reconstructed", "generated"] as const).flatMap((name) => {
      const found = motion[name];
      if (!found) return [];
      const { mean, seams, seamChange } = found;
      return [[
        name,
        short(mean.dynamicDegree),
        short(mean.flicker),
        short(mean.smoothness),
        seamMotionText(seams),
        seamMotionText(seamChange),
      ]];
    }),
  };
}

function nearestTable({ nearest }: HeldOutResult): Table[] {
  if (!nearest) return [];
  const { training, generated, real, below } = nearest;
  const share = scoreText({ correct: below, total: generated.length });
  return [{
    title:
      `Nearest of ${training} training clips: ${share} of the generated clips ` +
      `are nearer than 95 % of the real ones (5 % if none is memorised)`,
    columns: ["clip", "nearest training clip", "distance", "PSNR, dB"],
    rows: [["generated", generated] as const, ["real", real] as const]
      .flatMap(([name, clips]) =>
        clips.slice(0, NEAREST).map(({ clip, training, distance, psnr }) => [
          `${name} ${clip}`,
          String(training),
          short(distance),
          psnr === null ? "equal" : psnr.toFixed(1),
        ])
      ),
  }];
}

function labelTable({ labels = [] }: HeldOutResult): Table[] {
  if (labels.length === 0) return [];
  return [{
    title:
      "Labels that clips show, by the nearest class mean of real training clips: " +
      "the real ones say what each judge is worth",
    columns: ["label", "judge", "class", "real", "reconstructed", "generated"],
    rows: labels.flatMap(({ label, judge, real, reconstructed, generated }) => [
      [label, judge, "all", real, reconstructed, generated] as const,
      ...Object.keys(real.classes).sort().map((name) =>
        [
          label,
          judge,
          name,
          real.classes[name],
          reconstructed?.classes[name],
          generated?.classes[name],
        ] as const
      ),
    ]).map(([label, judge, name, ...scores]) => [
      label,
      judge,
      name,
      ...scores.map(scoreText),
    ]),
  }];
}

function withError(
  { value, error }: { readonly value: number; readonly error: number | null },
): string {
  return error === null ? short(value) : `${short(value)} ± ${short(error)}`;
}
