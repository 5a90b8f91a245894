import { openDevice } from "lib/compiler/mod.ts";
import { alignColumns, type Clip } from "lib/core/mod.ts";
import { contactSheet, writePng } from "lib/dataset/encode/mod.ts";
import { Sprites } from "lib/dataset/synthetic/mod.ts";
import { PAINTS } from "lib/dataset/vocabulary/mod.ts";
import {
  type FeatureNetwork,
  frechetDistance,
  judgeByGeometry,
  loadWorld3d,
  type Moments,
  MOVING_SHAPES,
  openWorld3d,
  promptsFor,
  RunningMoments,
  scenesShowing,
  trackSubject,
} from "lib/evaluation/mod.ts";
import {
  openPipeline,
  readTrainedModels,
  SHIPPED,
  uniformMotion,
} from "lib/pipeline/mod.ts";
import {
  deviceFlag,
  log,
  numberFlag,
  print,
  runProgram,
  textFlag,
  wholeNumber,
} from "lib/recipes/command_line/mod.ts";
import { WORLD3D_WEIGHTS } from "lib/recipes/weights/catalogue.ts";
import * as z from "zod";

/** Flags of `deno task bench:motion`. */
const motionFlags = z.strictObject({
  clips: wholeNumber(1).default(64).describe("clips of each row"),
  directions: wholeNumber(1, 8).default(4).describe(
    "4: right, down, left, up; 8: the diagonals too",
  ),
  speed: numberFlag({ above: 0 }).default(16).describe("pixels a second"),
  strengths: z.string().regex(
    /^\d+(\.\d+)?(,\d+(\.\d+)?)*$/,
    "must be numbers with commas between",
  ).default("0,3").transform((text) => text.split(",").map(Number)).describe(
    "strengths of the motion, a row each; 0 is without",
  ),
  least: numberFlag({ least: 0, most: 1 }).optional().describe(
    "lowest sigma at which the motion steers (default: that of generate)",
  ),
  guidance: numberFlag({ least: 0 }).default(2).describe(
    "how strongly the prompt steers",
  ),
  shift: numberFlag({ above: 0 }).optional().describe(
    "of the noise levels towards noise (default: by the size of the clip)",
  ),
  steps: z.string().regex(
    /^[1-9]\d*(,[1-9]\d*)*$/,
    "must be whole numbers from 1 with commas between",
  ).default("20").transform((text) => text.split(",").map(Number)).describe(
    "steps of the sampler, a row each",
  ),
  prompts: z.enum(["still", "moving"]).default("still").describe(
    "still: a red circle; moving: a red circle moves right, as the motion does",
  ),
  seed: wholeNumber(0).default(5).describe("seed of the noise"),
  sheet: textFlag().optional().describe("PNG of the clips of the last row"),
  checkpoint: textFlag().default(SHIPPED).describe("folder of trained models"),
  device: deviceFlag,
});

const SHAPE = { frames: 16, height: 64, width: 64, fps: 8 };
/** Names of the directions, a quarter or an eighth of a turn apart. */
const WAYS = {
  4: ["right", "down", "left", "up"],
  8: [
    ...["right", "down and right", "down", "down and left"],
    ...["left", "up and left", "up", "up and right"],
  ],
} as const;
/** Clips drawn at once. */
const BATCH = 8;
/** Largest angle of a clip that moves as asked: half of that between eight directions. */
const AS_ASKED = 22.5;

/** Measures how clips move that a motion steers. */
async function measure(
  options: z.infer<typeof motionFlags>,
): Promise<number> {
  const { clips: count, directions, speed, seed, prompts: kind } = options;
  const models = await readTrainedModels(options.checkpoint);
  using device = await openDevice(options.device);
  using pipeline = await openPipeline(device, models);
  using network = await openWorld3d(device, await loadWorld3d(WORLD3D_WEIGHTS));
  const set = promptsFor(
    scenesShowing(MOVING_SHAPES, count, seed),
    { language: "en", forms: ["sentence"] },
    new Sprites(),
  );
  const real: Clip[] = [];
  for (let i = 0; i < count; i++) real.push(await set.realClip(i, SHAPE));
  const paints = ["red", "blue", "yellow", "green"];
  const wanted = Array.from({ length: count }, (_, i) => {
    // Batches of one direction, since a motion is that of all clips of a call.
    const turn = Math.floor(i / BATCH) % directions;
    const angle = 2 * Math.PI * turn / directions;
    const name = `a ${paints[i % 4]} ${i % 8 < 4 ? "circle" : "square"}`;
    const way = (WAYS[directions as 4 | 8] ?? [])[turn] ?? "";
    return {
      prompt: kind === "still" ? name : `${name} moves ${way}`,
      way: [Math.cos(angle), Math.sin(angle)] as const,
    };
  });
  const of = await momentsOf(network, real);
  const rows = [[
    ...["strength", "steps", "as asked", "direction error", "speed"],
    ...["within 25 %", "one subject", "FWD", "seconds"],
  ]];
  let last: Clip[] = [];
  for (const steps of options.steps) {
    for (const strength of options.strengths) {
      const clips: Clip[] = [];
      const begun = performance.now();
      for (let from = 0; from < count; from += BATCH) {
        const batch = wanted.slice(from, from + BATCH);
        const [x, y] = batch[0]!.way;
        clips.push(
          ...await pipeline.generate({
            ...{ ...SHAPE, steps, sampler: "unipc" } as const,
            prompts: batch.map(({ prompt }) => prompt),
            seed: seed + from,
            guidance: options.guidance,
            ...(options.shift !== undefined && { shift: options.shift }),
            ...(strength > 0 && {
              motion: {
                field: uniformMotion(SHAPE, [speed * x, speed * y]),
                strength,
                ...(options.least !== undefined && {
                  sigmas: [options.least, 1] as const,
                }),
              },
            }),
          }),
        );
      }
      const seconds = (performance.now() - begun) / 1000;
      const judged = clips.map((clip, i) => judge(clip, wanted[i]!.way, speed));
      const asked = judged.filter(({ moves, angle }) =>
        moves && angle <= AS_ASKED
      ).length;
      const near = judged.filter(({ ratio }) => Math.abs(ratio - 1) <= 0.25);
      rows.push([
        ...[String(strength), String(steps)],
        `${(100 * asked / count).toFixed(1)} %`,
        `${median(judged.map(({ angle }) => angle)).toFixed(1)}°`,
        median(judged.map(({ ratio }) => ratio)).toFixed(2),
        `${(100 * near.length / count).toFixed(0)} %`,
        `${
          (100 * judged.filter(({ one }) => one).length / count).toFixed(1)
        } %`,
        frechetDistance(of, await momentsOf(network, clips)).toFixed(0),
        (seconds / count).toFixed(2),
      ]);
      log(rows.at(-1)!.join("  "));
      last = clips;
    }
  }
  print(alignColumns(rows, () => true).join("\n"));
  if (options.sheet !== undefined) {
    const labelled = last.map((clip, i) => ({
      label: `${wanted[i]!.prompt}: ${wanted[i]!.way.map((x) => x.toFixed(1))}`,
      clip,
    }));
    await writePng(options.sheet, await contactSheet(labelled, { scale: 2 }));
  }
  return 0;
}

/** How a clip moves, by the colours of its subject alone. */
function judge(
  clip: Clip,
  [x, y]: readonly [number, number],
  speed: number,
): {
  readonly moves: boolean;
  readonly angle: number;
  readonly ratio: number;
  readonly one: boolean;
} {
  const { moves, velocity } = trackSubject(clip);
  const [u, v] = velocity.map((value) =>
    value * Math.min(clip.height, clip.width)
  );
  const along = u! * x + v! * y;
  const way = Math.abs(Math.atan2(v! * x - u! * y, along)) * 180 / Math.PI;
  return {
    moves,
    angle: way,
    ratio: Math.hypot(u!, v!) / speed,
    one: judgeByGeometry(clip, PAINTS).subjects === 1,
  };
}

async function momentsOf(
  network: FeatureNetwork,
  clips: readonly Clip[],
): Promise<Moments> {
  const moments = new RunningMoments(network.setting.dimension);
  for (let i = 0; i < clips.length; i += network.batch) {
    const rows = await network.featuresOf(clips.slice(i, i + network.batch));
    for (const row of rows) moments.add(row);
  }
  return moments.moments;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

if (import.meta.main) {
  await runProgram({
    usage: "deno task bench:motion",
    purpose: "Measures how clips move that a wanted motion steers.",
    flags: motionFlags,
    run: measure,
  });
}
