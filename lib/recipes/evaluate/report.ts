import type { Clip } from "../../core/mod.ts";
import { writeMp4 } from "../../dataset/encode/mod.ts";
import { QUESTIONS, type Scores, scoreText } from "../../evaluation/mod.ts";
import {
  type Curve,
  htmlReport,
  type Medium,
  type Table,
} from "../../trainer/report/mod.ts";
import { settingText, short } from "../metrics/result_text.ts";
import type { Evaluation, Sample } from "./evaluation.ts";

/** What the report asks for, where FVD is computed. */
const FVD_GOAL = 35;

/**
 * The evaluation of one or more checkpoints as a page: figures, tables by
 * language, real and generated clips side by side.
 *
 * @param samples Of the last of the evaluations.
 */
export async function evaluationHtml(
  evaluations: readonly Evaluation[],
  samples: readonly Sample[],
): Promise<string> {
  const last = evaluations.at(-1)!;
  const { all, ceiling, temporal, reconstruction, distances } = last;
  return htmlReport({
    title: "Evaluation",
    subtitle: `${last.generator}; held-out captions of phase ${last.phase}`,
    facts: [
      ...distances.map(({ metric, frechet, spread }) =>
        [
          metric,
          `${short(frechet)}${spread === null ? "" : ` ± ${short(spread)}`}`,
        ] as const
      ),
      ["Clips", String(distances[0]!.clips.a)],
      [
        "VAE on real clips",
        `PSNR ${short(reconstruction.psnr)} dB, SSIM ${
          short(reconstruction.ssim)
        }`,
      ],
      [
        "Time",
        `${short(last.seconds)} s, ${short(last.drawingSeconds)} s of drawing`,
      ],
    ],
    verdicts: distances.filter(({ metric }) => metric === "FVD").map((
      { frechet },
    ) => ({
      name: "FVD",
      value: short(frechet),
      rule: `at most ${FVD_GOAL}`,
      passed: frechet <= FVD_GOAL,
    })),
    tables: [
      distancesTable(evaluations),
      settingsTable(last),
      {
        title: "Does the clip show what was asked?",
        columns: ["clips", ...QUESTIONS],
        rows: [
          ["generated", ...scoresRow(all)],
          ["real, the ceiling", ...scoresRow(ceiling)],
        ],
      },
      ...languagesTable(last),
      {
        title: "Movement",
        columns: ["clips", "flicker", "smoothness", "dynamic degree, sides/s"],
        rows: (["generated", "real"] as const).map((name) => {
          const { flicker, smoothness, dynamicDegree } = temporal[name];
          return [
            name,
            short(flicker),
            short(smoothness),
            short(dynamicDegree),
          ];
        }),
      },
    ],
    curves: [
      ...phasesCurve(evaluations),
      ...distances.flatMap(({ metric, curve }): Curve[] =>
        curve
          ? [{
            title: `${metric} against the number of clips`,
            xLabel: "1 / n (0 is infinity)",
            yLabel: metric,
            series: [
              {
                name: "found",
                x: curve.points.map(({ n }) => 1 / n),
                y: curve.points.map(({ value }) => value),
              },
              {
                name: "line to infinity",
                x: [0, 1 / curve.points.at(-1)!.n],
                y: [curve.limit, curve.points.at(-1)!.value],
              },
            ],
          }]
          : []
      ),
    ],
    media: await Promise.all(samples.map(sideBySide)),
  });
}

/** Every distance of every checkpoint with all that it depends on. */
function distancesTable(evaluations: readonly Evaluation[]): Table {
  return {
    title: "Distances between the sets",
    columns: [
      "checkpoint",
      "metric",
      "value",
      "bootstrap deviation",
      "at n = infinity",
      "kernel distance",
      "n",
    ],
    rows: evaluations.flatMap(({ generator, distances }) =>
      distances.map((d) => [
        generator,
        d.metric,
        short(d.frechet),
        d.spread === null ? "-" : short(d.spread),
        d.curve
          ? `${short(d.curve.limit)} ± ${short(d.curve.limitError)}`
          : "-",
        `${short(d.kernel.value)}${
          d.kernel.blocks > 1 ? ` ± ${short(d.kernel.error)}` : ""
        }`,
        `${d.clips.a} and ${d.clips.b}`,
      ])
    ),
  };
}

/** What the distances depend on, and what speaks against trusting them. */
function settingsTable({ distances }: Evaluation): Table {
  return {
    title: "How they were measured",
    columns: ["metric", "setting", "warnings"],
    rows: distances.map(({ metric, setting, warnings }) => [
      metric,
      settingText(setting),
      warnings.join("; ") || "none",
    ]),
  };
}

function scoresRow(scores: Scores): string[] {
  return QUESTIONS.map((question) => scoreText(scores[question]));
}

/** A row for each language, where there is more than one. */
function languagesTable({ adherence }: Evaluation): Table[] {
  const languages = Object.entries(adherence);
  if (languages.length < 2) return [];
  return [{
    title: "By the language of the prompt",
    columns: ["language", ...QUESTIONS],
    rows: languages.map(([language, scores]) => [
      language,
      ...scoresRow(scores),
    ]),
  }];
}

/** Distances by checkpoint, where there is more than one. */
function phasesCurve(evaluations: readonly Evaluation[]): Curve[] {
  if (evaluations.length < 2) return [];
  const x = evaluations.map(({ phase }) => phase);
  return evaluations[0]!.distances.map(({ metric }, i) => ({
    title: `${metric} by phase`,
    xLabel: "phase",
    yLabel: metric,
    series: [
      {
        name: metric,
        x,
        y: evaluations.map(({ distances }) => distances[i]!.frechet),
      },
      ...(metric === "FVD"
        ? [{ name: "goal", x, y: x.map(() => FVD_GOAL) }]
        : []),
    ],
  }));
}

async function sideBySide(
  { prompt, language, real, generated }: Sample,
): Promise<Medium> {
  const path = await Deno.makeTempFile({ suffix: ".mp4" });
  try {
    await writeMp4(path, enlarged(beside(real, generated), 3));
    return {
      title: prompt,
      kind: "video",
      mime: "video/mp4",
      bytes: await Deno.readFile(path),
      caption: `${language}; real on the left, generated on the right`,
    };
  } finally {
    await Deno.remove(path);
  }
}

/** Two clips of one shape, one to the right of the other. */
function beside(a: Clip, b: Clip): Clip {
  const row = a.width * 3;
  const data = new Float32Array(2 * a.data.length);
  for (let y = 0; y < a.frames * a.height; y++) {
    data.set(a.data.subarray(y * row, (y + 1) * row), 2 * y * row);
    data.set(b.data.subarray(y * row, (y + 1) * row), (2 * y + 1) * row);
  }
  return { ...a, width: 2 * a.width, data };
}

/** Every pixel as a square of `factor` by `factor`. */
function enlarged(clip: Clip, factor: number): Clip {
  const { frames, height, width } = clip;
  const [h, w] = [height * factor, width * factor];
  const data = new Float32Array(frames * h * w * 3);
  for (let t = 0; t < frames; t++) {
    for (let y = 0; y < h; y++) {
      const from = (t * height + Math.floor(y / factor)) * width;
      const to = (t * h + y) * w;
      for (let x = 0; x < w; x++) {
        const at = (from + Math.floor(x / factor)) * 3;
        data.set(clip.data.subarray(at, at + 3), (to + x) * 3);
      }
    }
  }
  return { ...clip, height: h, width: w, data };
}
