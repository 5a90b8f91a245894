import {
  ATTRIBUTES,
  type Evaluation,
  type PhaseResult,
  type PromptResults,
  type Sample,
  type Scores,
  scoreText,
  seamMotionText,
} from "../../evaluation/mod.ts";
import { htmlReport, type Table } from "../../trainer/report/mod.ts";
import { settingText, short } from "../metrics/result_text.ts";
import { byGeometry } from "./evaluation_text.ts";
import { FVD_GOAL, reportCurves } from "./report_curves.ts";
import { sideBySide } from "./side_by_side.ts";

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
  const { phases, prompts, generated, shape } = last;
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
    tables: [
      phasesTable(phases),
      distancesTable(evaluations),
      settingsTable(phases),
      adherenceTable(phases),
      ...(prompts ? promptTables(prompts) : []),
      motionTable(phases),
    ],
    curves: reportCurves(evaluations),
    media: await Promise.all(samples.map(sideBySide)),
  });
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
      short(reconstruction.psnr),
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
            d.kernel.blocks > 1 ? ` ± ${short(d.kernel.error)}` : ""
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
  if (Object.keys(languages).length > 0) {
    tables.push({
      title: "The same by the language of the prompt",
      columns: ["language", "direction and hue", ...ATTRIBUTES],
      rows: [
        ...Object.entries(languages),
        ["real: the ceiling", real] as const,
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
    rows: phases.flatMap(({ phase, temporal, seams }) =>
      (["generated", "real"] as const).map((name) => {
        const { flicker, smoothness, dynamicDegree } = temporal[name];
        return [
          `phase ${phase}, ${name}`,
          short(flicker),
          short(smoothness),
          short(dynamicDegree),
          seamMotionText(seams[name]),
        ];
      })
    ),
  };
}

function scoresRow(scores: Scores): string[] {
  return ATTRIBUTES.map((attribute) => scoreText(scores[attribute]));
}
