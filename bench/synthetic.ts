import process from "node:process";
import {
  groundTruth,
  renderScene,
  sceneSpec,
  Sprites,
} from "lib/dataset/synthetic/mod.ts";
import type { Phase } from "lib/dataset/vocabulary/mod.ts";
import type * as z from "zod";
import { WrongResultError } from "./check.ts";
import { type syntheticFlags, tripleOf } from "./flags.ts";
import { interleave, sleep, timed, timingOf } from "./interleave.ts";
import { peakRssBytes } from "./machine.ts";
import type { BenchResult } from "./result.ts";

const FPS = 8;
const SEED = 0;
/** Checked clips: most of them must show their first subject. */
const CHECKED = 20;

/**
 * Times rendering clips of the synthetic world on one thread: planning, drawing
 * and conversion to floats, with warm sprite caches.
 */
export async function benchSynthetic(
  { phase, clip, clips, steps }: z.infer<typeof syntheticFlags>,
): Promise<BenchResult> {
  const [frames, height, width] = tripleOf(clip);
  const shape = { frames, height, width, fps: FPS };
  const nameOf = (index: number) => ({
    seed: SEED,
    phase: phase as Phase,
    split: "train" as const,
    index,
  });
  const sprites = new Sprites();
  let seen = 0;
  for (let index = 0; index < CHECKED; index++) {
    const take = sceneSpec(nameOf(index));
    const drawn = await renderScene(take, shape, sprites);
    const again = await renderScene(
      sceneSpec(nameOf(index)),
      shape,
      new Sprites(),
    );
    if (drawn.data.some((value, i) => value !== again.data[i])) {
      throw new WrongResultError(
        `Refusing to time synthetic: clip ${index} must be the same when it ` +
          "is drawn again: it is another",
      );
    }
    const { subjects } = await groundTruth(take, shape, sprites);
    const middle = subjects[Math.floor(frames / 2)]![0]!;
    if (middle.visibility > 0.5) seen++;
  }
  if (seen < 0.8 * CHECKED) {
    throw new WrongResultError(
      "Refusing to time synthetic: 80 % of clips must show half of their " +
        `first subject or more half-way through: ${seen} of ${CHECKED} do`,
    );
  }
  const draw = async (): Promise<void> => {
    for (let index = 0; index < clips; index++) {
      await renderScene(sceneSpec(nameOf(index)), shape, sprites);
    }
  };
  await draw();
  const before = process.cpuUsage();
  const [times] = await interleave([{
    name: "ours",
    run: () => timed(draw),
  }], { rounds: steps, sleep });
  const { user, system } = process.cpuUsage(before);
  const timing = timingOf(times!);
  return {
    bench: "synthetic",
    device: "cpu, one thread",
    sizes: { phase, clip, clips },
    checked: [
      `${CHECKED} clips, drawn again from new sprites, to the last bit`,
      `${seen} of them show half of their first subject or more half-way`,
    ],
    ...timing,
    picturesPerSecond: clips * frames / timing.medianMs * 1000,
    peakRssBytes: peakRssBytes(),
    // CPU time does not depend on other load of the machine.
    note: `${(clips / timing.medianMs * 1000).toFixed(0)} clips a second, ` +
      `${(clips * steps / (user + system) * 1e6).toFixed(0)} in a second of ` +
      "processor time",
  };
}
