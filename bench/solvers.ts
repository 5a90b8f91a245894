import { openDevice } from "lib/compiler/mod.ts";
import { alignColumns, type Clip } from "lib/core/mod.ts";
import { PAINTS } from "lib/dataset/vocabulary/mod.ts";
import { judgeByGeometry } from "lib/evaluation/mod.ts";
import { type SolverName, SOLVERS } from "lib/models/diffusion/mod.ts";
import { openPipeline, readTrainedModels, SHIPPED } from "lib/pipeline/mod.ts";
import {
  deviceFlag,
  log,
  print,
  runProgram,
  textFlag,
  wholeNumber,
} from "lib/recipes/command_line/mod.ts";
import * as z from "zod";

/** Prompts of one moving shape, and where it goes. */
const PROMPTS = [
  ["a red circle moves right", "right"],
  ["a blue square moves up", "up"],
  ["a green star moves left", "left"],
  ["a yellow triangle moves down", "down"],
  ["ein roter Punkt bewegt sich nach rechts", "right"],
  ["赤い丸が右へ動く", "right"],
] as const;

const numbers = (fallback: string) =>
  z.string().regex(
    /^[1-9]\d{0,4}(,[1-9]\d{0,4})*$/,
    "must be whole numbers from 1 with commas between",
  ).default(fallback).transform((text) => text.split(",").map(Number));

/** Flags of `deno task bench:solvers`. */
const solversFlags = z.strictObject({
  evaluations: numbers("8,10,20").describe(
    "evaluations of the model that each solver may use",
  ),
  seeds: numbers("1,2").describe("seeds of the noise"),
  reference: wholeNumber(2).default(200).describe(
    "steps of Euler's method from whose clips the distance is taken",
  ),
  checkpoint: textFlag().default(SHIPPED).describe("folder of trained models"),
  device: deviceFlag,
});

/** Measures how far each solver is from many steps, by evaluations. */
async function measure(
  options: z.infer<typeof solversFlags>,
): Promise<number> {
  const models = await readTrainedModels(options.checkpoint);
  using device = await openDevice(options.device);
  using pipeline = await openPipeline(device, models);
  const draw = async (sampler: SolverName, steps: number): Promise<Clip[]> => {
    const clips: Clip[][] = [];
    for (const seed of options.seeds) {
      clips.push(
        await pipeline.generate({
          prompts: PROMPTS.map(([prompt]) => prompt),
          ...{ seed, sampler, steps, guidance: 4 },
          ...{ frames: 16, height: 64, width: 64, fps: 8 },
        }),
      );
    }
    return clips.flat();
  };
  log(`${options.reference} steps of Euler's method ...`);
  const exact = await draw("euler", options.reference);
  const rows = [["solver", "evaluations", "rms", "median clip", "direction"]];
  for (const sampler of Object.keys(SOLVERS) as SolverName[]) {
    for (const evaluations of options.evaluations) {
      // Heun's last step is Euler's: one evaluation fewer.
      const steps = sampler === "heun"
        ? Math.ceil(evaluations / 2)
        : evaluations;
      const clips = await draw(sampler, steps);
      const squares = clips.map((clip, i) => meanSquare(clip, exact[i]!));
      const sorted = squares.toSorted((a, b) => a - b);
      const mean = squares.reduce((a, b) => a + b) / squares.length;
      const right = clips.filter((clip, i) =>
        judgeByGeometry(clip, PAINTS).direction ===
          PROMPTS[i % PROMPTS.length]![1]
      );
      rows.push([
        sampler,
        String(sampler === "heun" ? 2 * steps - 1 : steps),
        Math.sqrt(mean).toFixed(4),
        Math.sqrt(sorted[sorted.length >> 1]!).toFixed(4),
        `${right.length}/${clips.length}`,
      ]);
      log(rows.at(-1)!.join(" "));
    }
  }
  print(alignColumns(rows, (column) => column > 0).join("\n"));
  return 0;
}

/** Mean squared difference of two clips of one size. */
function meanSquare({ data }: Clip, { data: other }: Clip): number {
  return data.reduce((sum, x, i) => sum + (x - other[i]!) ** 2, 0) /
    data.length;
}

if (import.meta.main) {
  await runProgram({
    usage: "deno task bench:solvers",
    purpose:
      "Measures the distance of each solver's clips to those of many steps.",
    flags: solversFlags,
    run: measure,
  });
}
