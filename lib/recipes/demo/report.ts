import { writeFileAtomically } from "../../core/mod.ts";
import {
  contactSheet,
  encodePng,
  writeMp4,
  writePng,
} from "../../dataset/encode/mod.ts";
import { readJsonl } from "../../formats/jsonl/mod.ts";
import {
  type Curve,
  htmlReport,
  type Medium,
  type Verdict,
} from "../../trainer/report/mod.ts";
import type { CaptionedClip } from "./clips.ts";
import type { DemoResult } from "./pipeline.ts";
import type { DemoPlan } from "./plan.ts";
import type { StageContext } from "./stages.ts";

/** What must hold for the gate to be passed. */
export function verdictsOf(
  { gate }: Pick<DemoPlan, "gate">,
  result: Pick<
    DemoResult,
    "vaePsnr" | "samplePsnr" | "otherCaptionPsnr" | "noisePsnr"
  >,
): Verdict[] {
  const { vaePsnr, samplePsnr, otherCaptionPsnr, noisePsnr } = result;
  return [
    {
      name: "The VAE keeps the clip",
      value: decibels(vaePsnr),
      rule: `at least ${decibels(gate.vaePsnr)}`,
      passed: vaePsnr >= gate.vaePsnr,
    },
    {
      name: "Its caption draws it from noise",
      value: decibels(samplePsnr),
      rule: `at least ${decibels(gate.samplePsnr)}`,
      passed: samplePsnr >= gate.samplePsnr,
    },
    {
      name: "Another caption does not",
      value: decibels(otherCaptionPsnr),
      rule: `below ${decibels(gate.samplePsnr)}`,
      passed: otherCaptionPsnr < gate.samplePsnr,
    },
    {
      // A VAE that has come to ignore its latents would draw the clip by itself.
      name: "Nor does the noise alone",
      value: decibels(noisePsnr),
      rule: `below ${decibels(gate.samplePsnr)}`,
      passed: noisePsnr < gate.samplePsnr,
    },
  ];
}

/** Writes all that a run leaves: clips, contact sheet, `report.json`, `report.html`. */
export async function writeRun(
  { folder, plan, device }: StageContext,
  subject: CaptionedClip,
  result: DemoResult,
  verdicts: readonly Verdict[],
): Promise<void> {
  const { reconstruction, sample, otherSample } = result;
  await writeMp4(`${folder}/original.mp4`, subject.clip);
  await writeMp4(`${folder}/sample.mp4`, sample);
  await writeMp4(`${folder}/reconstruction.mp4`, reconstruction);
  await writeMp4(`${folder}/other.mp4`, otherSample);
  const sheet = await contactSheet([
    { label: `original: ${subject.caption}`, clip: subject.clip },
    {
      label: `through the VAE, ${decibels(result.vaePsnr)}`,
      clip: reconstruction,
    },
    {
      label: `drawn from noise, ${decibels(result.samplePsnr)}`,
      clip: sample,
    },
    {
      label: `drawn with "${result.otherCaption}", ${
        decibels(result.otherCaptionPsnr)
      }`,
      clip: otherSample,
    },
  ], { columns: 8, scale: 2 });
  await writePng(`${folder}/contact_sheet.png`, sheet);

  const { vae, diffusion } = result.seconds;
  const seconds = { vae, diffusion, total: vae + diffusion };
  const steps = {
    vae: plan.vae.schedule.totalSteps,
    diffusion: plan.diffusion.schedule.totalSteps,
  };
  await writeFileAtomically(
    `${folder}/report.json`,
    JSON.stringify(
      {
        device: device.name,
        description: device.description,
        threads: device.threads,
        caption: subject.caption,
        parameters: result.parameters,
        steps,
        seconds,
        vaePsnr: result.vaePsnr,
        samplePsnr: result.samplePsnr,
        otherCaptionPsnr: result.otherCaptionPsnr,
        noisePsnr: result.noisePsnr,
        passed: verdicts.every(({ passed }) => passed),
      },
      null,
      2,
    ) + "\n",
  );
  const html = htmlReport({
    title: "One-clip gate",
    subtitle: subject.caption,
    facts: [
      ["Device", `${device.name}, ${device.description}`],
      [
        "Clip",
        `${plan.clip.frames} frames, ${plan.clip.width}x${plan.clip.height}, ${plan.clip.fps} fps`,
      ],
      ["VAE", `${millions(result.parameters.vae)} parameters`],
      [
        "Text encoder and backbone",
        `${millions(result.parameters.diffusion)} parameters`,
      ],
      [
        "Training",
        `${
          seconds.total.toFixed(0)
        } s, ${steps.vae} + ${steps.diffusion} steps`,
      ],
    ],
    verdicts,
    curves: await curvesOf(`${folder}/metrics.jsonl`),
    media: [
      await video(folder, "original.mp4", "Original", subject.caption),
      await video(
        folder,
        "reconstruction.mp4",
        "Through the VAE",
        decibels(result.vaePsnr),
      ),
      await video(
        folder,
        "sample.mp4",
        "Drawn from noise with its caption",
        decibels(result.samplePsnr),
      ),
      await video(
        folder,
        "other.mp4",
        "Drawn with another caption",
        `${result.otherCaption}, ${decibels(result.otherCaptionPsnr)}`,
      ),
      {
        title: "Contact sheet",
        kind: "image",
        mime: "image/png",
        bytes: encodePng(sheet),
        caption: "Every second frame",
      },
    ],
  });
  await writeFileAtomically(`${folder}/report.html`, html);
}

/** Loss and gradient norm of both stages. */
async function curvesOf(metrics: string): Promise<Curve[]> {
  const records = await readJsonl(metrics);
  return ["vae", "diffusion"].map((stage) => {
    const lines = records.filter((record) => record.stage === stage);
    const series = (name: string, field: string): Curve["series"][number] => ({
      name,
      x: lines.map(({ step }) => Number(step)),
      y: lines.map((line) => Number(line[field])),
    });
    return {
      title: stage === "vae" ? "VAE" : "Text encoder and backbone",
      xLabel: "step",
      yLabel: "loss",
      logY: true,
      series: [series("loss", "loss"), series("gradient norm", "gradientNorm")],
    };
  });
}

async function video(
  folder: string,
  file: string,
  title: string,
  caption: string,
): Promise<Medium> {
  return {
    title,
    kind: "video",
    mime: "video/mp4",
    bytes: await Deno.readFile(`${folder}/${file}`),
    caption,
  };
}

function decibels(value: number): string {
  return `${value.toFixed(1)} dB`;
}

function millions(count: number): string {
  return `${(count / 1e6).toFixed(2)} M`;
}
