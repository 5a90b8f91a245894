import {
  ATTRIBUTES,
  type Evaluation,
  type PhaseResult,
  type PromptResults,
  type Sample,
  type Score,
  type Scores,
  scoreText,
  seamMotionText,
  sumOfScores,
} from "../../evaluation/mod.ts";
import { tableBundle } from "../../notebook/mod.ts";
import { htmlReport, type Table } from "../../trainer/report/mod.ts";
import { settingText } from "../metrics/result_text.ts";
import { meanText, short } from "../metrics/short.ts";
import { FVD_GOAL, reportCurves } from "./report_curves.ts";
import { sideBySide } from "./side_by_side.ts";

/** Most rows of a table in the terminal. */
const MAX_ROWS = 12;

/** An evaluation as text for the terminal: the tables of the page, long ones cut off. */
export function evaluationText(evaluation: Evaluation): string {
  const { model, generated } = evaluation;
  return [
    `${model}: ${generated.clips} clips, generated in ${
      generated.seconds.toFixed(0)
    } s`,
    ...tablesOf([evaluation]).flatMap(({ title, columns, rows }) => [
      "",
      title,
      tableBundle({ columns, rows: rows.slice(0, MAX_ROWS) })["text/plain"],
      ...(rows.length > MAX_ROWS
        ? [`and ${rows.length - MAX_ROWS} more in report.html`]
        : []),
    ]),
  ].join("\n");
}

/**
 * The evaluation of one or more checkpoints as a page: figures, tables by phase
 * and language, real and generated clips side by side.
 *
 * @param samples Of the last of the evaluations.
 */
export async function evaluationHtml(
  evaluations: readonly Evaluation[],
  samples: readonly Sample[],
): Promise<string> {
  const last = evaluations.at(-1)!;
  const { phases, generated, shape } = last;
  const fvd = phases.flatMap(({ phase, distances }) =>
    distances.filter(({ metric }) => metric === "FVD")
      .map(({ frechet }) => ({ phase, frechet }))
  );
  return htmlReport({
    title: "Evaluation",
    subtitle: `${last.model}; ${shape.frames} frames of ` +
      `${shape.width}x${shape.height} at ${shape.fps} fps`,
    facts: [
      ["Clips generated", String(generated.clips)],
      ["Time of generating", `${short(generated.seconds)} s`],
      ...Object.entries(samplingOf(last)),
      ["Seed", String(last.seed)],
    ],
    verdicts: fvd.map(({ phase, frechet }) => ({
      name: `FVD, phase ${phase}`,
      value: short(frechet),
      rule: `at most ${FVD_GOAL}`,
      passed: frechet <= FVD_GOAL,
    })),
    tables: tablesOf(evaluations),
    curves: reportCurves(evaluations),
    media: await Promise.all(samples.map(sideBySide)),
  });
}

/** All tables; those but of the distances are of the last evaluation. */
function tablesOf(evaluations: readonly Evaluation[]): Table[] {
  const { phases, prompts } = evaluations.at(-1)!;
  return [
    phasesTable(phases),
    distancesTable(evaluations),
    settingsTable(phases),
    adherenceTable(phases),
    motionTable(phases),
    ...(prompts ? promptTables(prompts) : []),
  ];
}

/** Settings of the sampler as text. */
function samplingOf({ identity }: Evaluation): Record<string, string> {
  const { sampling = {} } = identity as { sampling?: Record<string, unknown> };
  return Object.fromEntries(
    Object.entries(sampling).map(([name, value]) => [name, String(value)]),
  );
}

function phasesTable(phases: readonly PhaseResult[]): Table {
  return {
    title: "By phase of the world",
    columns: ["phase", "VAE PSNR, dB", "VAE SSIM", "held-out loss", "clips"],
    rows: phases.map(({ phase, reconstruction, heldOutLoss }) => [
      String(phase),
      meanText(reconstruction.psnr),
      short(reconstruction.ssim),
      short(heldOutLoss.mean),
      String(reconstruction.clips),
    ]),
  };
}

/** Every distance of every checkpoint with all that it depends on. */
function distancesTable(evaluations: readonly Evaluation[]): Table {
  return {
    title: "Distances between generated and real clips",
    columns: [
      "checkpoint",
      "phase",
      "metric",
      "value",
      "bootstrap std",
      "at n = infinity",
      "kernel distance",
      "n",
    ],
    rows: evaluations.flatMap(({ model, phases }) =>
      phases.flatMap(({ phase, distances }) =>
        distances.map((d) => [
          model,
          String(phase),
          d.metric,
          short(d.frechet),
          d.spread === null ? "-" : short(d.spread),
          d.curve
            ? `${short(d.curve.limit)} ± ${short(d.curve.limitError)}`
            : "-",
          `${short(d.kernel.value)}${
            d.kernel.error !== null ? ` ± ${short(d.kernel.error)}` : ""
          }`,
          `${d.clips.a} and ${d.clips.b}`,
        ])
      )
    ),
  };
}

/** Settings of the distances, and reasons not to trust them. */
function settingsTable([first]: readonly PhaseResult[]): Table {
  return {
    title: "How the distances were measured",
    columns: ["metric", "setting", "warnings"],
    rows: first!.distances.map(({ metric, setting, warnings }) => [
      metric,
      settingText(setting),
      warnings.join("; ") || "none",
    ]),
  };
}

function adherenceTable(phases: readonly PhaseResult[]): Table {
  return {
    title: "Does the clip show what its caption names?",
    columns: ["clips", ...ATTRIBUTES],
    rows: phases.flatMap(({ phase, adherence: { generated, real } }) => [
      [`phase ${phase}`, ...scoresRow(generated)],
      [`phase ${phase}, real: the ceiling`, ...scoresRow(real)],
    ]),
  };
}

function promptTables(
  { forms, real, reconstructed, languages, objects }: PromptResults,
): Table[] {
  const tables: Table[] = [];
  if (forms.length > 0) {
    tables.push({
      title: "Circles and squares going right, left, up or down",
      columns: ["prompt", ...ATTRIBUTES],
      rows: [
        ...forms.map(({ example, scores }) => [
          `"${example}" ...`,
          ...scoresRow(scores),
        ]),
        ["real: the ceiling", ...scoresRow(real)],
        ["real, through the VAE", ...scoresRow(reconstructed)],
      ],
    });
  }
  const spoken = Object.entries(languages).toSorted(([, a], [, b]) =>
    shareOf(a) - shareOf(b)
  );
  if (spoken.length > 0) {
    const all = sumOfScores(Object.values(languages));
    tables.push({
      title: "The same by the language of the prompt, the worst first",
      columns: ["language", "direction and hue", ...ATTRIBUTES],
      rows: [
        ["real: the ceiling", real] as const,
        [`all ${spoken.length}`, all] as const,
        ...spoken,
      ].map(([language, scores]) => [
        language,
        scoreText(byGeometry(scores)),
        ...scoresRow(scores),
      ]),
    });
  }
  const named = Object.entries(objects.byName);
  if (named.length > 0) {
    tables.push({
      title: "Objects by name, as world3d classifies them",
      columns: [
        "object",
        "generated",
        "real: the ceiling",
        "real, through the VAE",
      ],
      rows: [["all", objects] as const, ...named].map(
        ([name, { generated, real, reconstructed }]) => [
          name,
          scoreText(generated.object),
          scoreText(real.object),
          scoreText(reconstructed.object),
        ],
      ),
    });
  }
  const { nameLoss } = objects;
  if (nameLoss) {
    tables.push({
      title: "Held-out loss of real clips of these objects",
      columns: ["under their own names", "under others"],
      rows: [[nameLoss.own.toFixed(4), nameLoss.swapped.toFixed(4)]],
    });
  }
  return tables;
}

function motionTable(phases: readonly PhaseResult[]): Table {
  return {
    title: "Motion",
    columns: [
      "clips",
      "flicker",
      "smoothness",
      "dynamic degree, sides/s",
      "steps across seams of latent frames / inside",
    ],
    rows: phases.flatMap(({ phase, temporal, seams, reconstruction }) => [
      ...(["generated", "real"] as const).map((name) => {
        const { flicker, smoothness, dynamicDegree } = temporal[name];
        return [
          `phase ${phase}, ${name}`,
          short(flicker),
          short(smoothness),
          short(dynamicDegree),
          seamMotionText(seams[name]),
        ];
      }),
      [
        `phase ${phase}, real, through the VAE`,
        ...["-", "-", "-"],
        seamMotionText(reconstruction.seams),
      ],
    ]),
  };
}

function scoresRow(scores: Scores): string[] {
  return ATTRIBUTES.map((attribute) => scoreText(scores[attribute]));
}

/** Direction and hue together: the attributes that need no network. */
function byGeometry({ direction, hue }: Scores): Score {
  const scores = [direction, hue].filter((score) => score !== undefined);
  return {
    correct: scores.reduce((sum, { correct }) => sum + correct, 0),
    total: scores.reduce((sum, { total }) => sum + total, 0),
  };
}

function shareOf(scores: Scores): number {
  const { correct, total } = byGeometry(scores);
  return correct / Math.max(1, total);
}
