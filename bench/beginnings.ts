import { openDevice } from "lib/compiler/mod.ts";
import { alignColumns, type Clip, cutClip } from "lib/core/mod.ts";
import { Sprites } from "lib/dataset/synthetic/mod.ts";
import { PAINTS } from "lib/dataset/vocabulary/mod.ts";
import {
  judgeByGeometry,
  MOVING_SHAPES,
  promptsFor,
  psnr,
  scenesShowing,
  seamChange,
  seamMotion,
} from "lib/evaluation/mod.ts";
import { strideOf } from "lib/models/vae/mod.ts";
import {
  continueClips,
  encodeGiven,
  type GivenPart,
  openPipeline,
  readTrainedModels,
  SHIPPED,
} from "lib/pipeline/mod.ts";
import {
  deviceFlag,
  print,
  runProgram,
  textFlag,
  wholeNumber,
} from "lib/recipes/command_line/mod.ts";
import * as z from "zod";

/** Flags of `deno task bench:beginnings`. */
const beginningsFlags = z.strictObject({
  clips: wholeNumber(1).default(32).describe("held-out clips to begin from"),
  steps: wholeNumber(1).default(20).describe("steps of the sampler"),
  seed: wholeNumber(0).default(5).describe("seed of the scenes and the noise"),
  checkpoint: textFlag().default(SHIPPED).describe("folder of trained models"),
  device: deviceFlag,
});

const SHAPE = { frames: 16, height: 64, width: 64, fps: 8 };

/** Measures clips between pictures, between both ends of a video, and from its first half. */
async function measure(
  { clips: count, steps, seed, ...options }: z.infer<typeof beginningsFlags>,
): Promise<number> {
  const models = await readTrainedModels(options.checkpoint);
  using device = await openDevice(options.device);
  using pipeline = await openPipeline(device, models);
  const { time: stride } = strideOf(models.config.vae);
  const scenes = scenesShowing(MOVING_SHAPES, count, seed);
  const set = promptsFor(
    scenes,
    { language: "en", forms: ["sentence"] },
    new Sprites(),
  );
  const places = Array.from({ length: count }, (_, i) => i);
  const real = await Promise.all(places.map((i) => set.realClip(i, SHAPE)));
  const labelled = await Promise.all(places.map((i) => set.at(i)));
  const asked = {
    ...{ ...SHAPE, seed, steps, guidance: 4, sampler: "unipc" } as const,
    prompts: labelled.map(({ prompt }) => prompt),
  };
  const half = SHAPE.frames / 2;
  /** A row of clips whose frames from one up to another are drawn. */
  const row = (
    name: string,
    clips: readonly Clip[],
    from: number,
    to: number = SHAPE.frames,
  ) => {
    const went = clips.filter((clip, i) =>
      judgeByGeometry(cutClip(clip, from, to), PAINTS).direction ===
        labelled[i]!.labels.subjects[0]!.motion
    );
    const kept = clips.map((clip, i) =>
      psnr(cutClip(clip, 0, 1), cutClip(real[i]!, 0, 1))
    );
    return [
      name,
      ...[median(kept).toFixed(1), Math.min(...kept).toFixed(1)],
      `${went.length}/${count}`,
      median(clips.map((clip) => seamMotion(clip, { stride }))).toFixed(2),
      median(clips.map((clip) => seamChange(clip, { stride }))).toFixed(2),
    ];
  };
  const holding = async (...parts: readonly GivenPart[]) =>
    await pipeline.generate({
      ...asked,
      given: await encodeGiven(pipeline, parts),
    });
  const { frames } = SHAPE;
  const end = frames / stride - 1;
  const picture = (edge: "first" | "last") => {
    const at = edge === "first" ? 0 : frames - 1;
    return {
      at: edge === "first" ? 0 : end,
      clips: real.map((clip) => cutClip(clip, at, at + 1)),
      picture: edge,
    };
  };
  const parts = (at: number) => ({
    at,
    clips: real.map((clip) => cutClip(clip, at * stride, (at + 1) * stride)),
  });
  print(
    alignColumns([
      [
        ...["", "first frame dB", "least", "goes on as asked"],
        ...["seam motion", "seam change"],
      ],
      row("real", real, stride),
      row("VAE", await pipeline.reconstruct(real), stride),
      row("prompt alone", await pipeline.generate(asked), stride),
      row("picture", await holding(picture("first")), 0),
      row(
        "two pictures",
        await holding(picture("first"), picture("last")),
        0,
      ),
      row(
        "both ends",
        await holding(parts(0), parts(end)),
        ...[stride, frames - stride] as const,
      ),
      row(
        "half a video",
        await continueClips(pipeline, {
          ...asked,
          clips: real.map((clip) => cutClip(clip, 0, half)),
          ...{ more: half, overlap: half },
        }),
        half,
      ),
    ], (column) => column > 0).join("\n"),
  );
  return 0;
}

/** The median of those that are known. */
function median(values: readonly (number | undefined)[]): number {
  const sorted = values.filter((x) => x !== undefined).sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? NaN;
}

if (import.meta.main) {
  await runProgram({
    usage: "deno task bench:beginnings",
    purpose: "Measures clips that go on from pictures or a video.",
    flags: beginningsFlags,
    run: measure,
  });
}
