import { InputError, silentProgress } from "lib/core/mod.ts";
import type { Clip } from "lib/core/mod.ts";
import {
  findVideos,
  type FoundFile,
  type SourceFile,
} from "lib/dataset/curate/mod.ts";
import { writeMp4 } from "lib/dataset/encode/mod.ts";
import { renderScene, sceneSpec } from "lib/dataset/synthetic/mod.ts";
import { analyseFiles } from "lib/recipes/ingest/analyse_files.ts";
import { Journal } from "lib/recipes/ingest/journal.ts";
import type * as z from "zod";
import { WrongResultError } from "./check.ts";
import type { ingestFlags } from "./flags.ts";
import { interleave, medianOf, sleep, timed, timingOf } from "./interleave.ts";
import { peakRssBytes } from "./machine.ts";
import type { BenchResult } from "./result.ts";

const FOLDER = "runs/bench-ingest";
/** Videos rendered without `--videos`: 720p, a cut in the middle. */
const FILES = 12;
const SHOT = { frames: 30, height: 720, width: 1280, fps: 25 };
const MAX_SECONDS = 10;
/** Seconds without a response of the decoder. */
const TIMEOUT = 120;

/** Times the analysis of videos: decoding, optical flow, scores and shots. */
export async function benchIngest(
  { videos, processes, steps }: z.infer<typeof ingestFlags>,
): Promise<BenchResult> {
  await Deno.mkdir(FOLDER, { recursive: true });
  const places = videos === undefined ? await renderedVideos() : [videos];
  const { files } = await findVideos(places);
  const first = await analyse(files, processes);
  const checked = videos === undefined
    ? checkCuts(first.files)
    : checkAny(first.files);
  const [times] = await interleave([{
    name: "ours",
    run: () => timed(() => analyse(files, processes)),
  }], { rounds: steps, sleep });
  const timing = timingOf(times!);
  return {
    bench: "ingest",
    device: "cpu",
    sizes: {
      files: files.length,
      pictures: first.frames,
      processes,
    },
    checked: [checked],
    ...timing,
    picturesPerSecond: first.frames / medianOf(times!) * 1000,
    peakRssBytes: peakRssBytes(),
    note: "peak memory is that of the run, not of the processes that decode",
  };
}

/** Analyses all files with an empty journal. */
async function analyse(
  files: readonly FoundFile[],
  processes: number,
): ReturnType<typeof analyseFiles> {
  const path = await Deno.makeTempFile({ dir: FOLDER, suffix: ".jsonl" });
  try {
    using journal = await Journal.open(path, MAX_SECONDS);
    return await analyseFiles(files, {
      journal,
      table: new Map(),
      nameOf: (path) => path,
      maxSeconds: MAX_SECONDS,
      processes,
      timeout: TIMEOUT,
      progress: silentProgress,
      signal: new AbortController().signal,
    });
  } finally {
    await Deno.remove(path);
  }
}

/** Videos of two scenes each, made once. */
async function renderedVideos(): Promise<string[]> {
  const paths: string[] = [];
  for (let i = 0; i < FILES; i++) {
    const path = `${FOLDER}/rendered-${i}.mp4`;
    paths.push(path);
    const there = await Deno.stat(path).catch(() => undefined);
    if (there === undefined) await writeMp4(path, await twoScenes(i));
  }
  return paths;
}

async function twoScenes(seed: number): Promise<Clip> {
  const size = SHOT.frames * SHOT.height * SHOT.width * 3;
  const data = new Float32Array(new ArrayBuffer(2 * size * 4));
  for (const index of [0, 1]) {
    const scene = sceneSpec({ seed, phase: 2, split: "train", index });
    data.set((await renderScene(scene, SHOT)).data, index * size);
  }
  return { ...SHOT, frames: 2 * SHOT.frames, data };
}

/** Checks that every file has its cut where it was rendered. */
function checkCuts(files: readonly SourceFile[]): string {
  for (const { path, outcome } of files) {
    const found = "rule" in outcome
      ? [outcome.reason]
      : outcome.analysis.segments.map(({ startSeconds }) =>
        Math.round(startSeconds * SHOT.fps)
      );
    // The cutter trims two frames after a cut.
    const expected = [0, SHOT.frames + 2];
    if (found.join() === expected.join()) continue;
    throw new WrongResultError(
      `Refusing to time ingest: the shots of ${path} must begin with the ` +
        `pictures ${expected.join(" and ")}: they begin with ${found.join()}`,
    );
  }
  return "the cut of every file is found where it is";
}

function checkAny(files: readonly SourceFile[]): string {
  const good = files.filter(({ outcome }) => "analysis" in outcome).length;
  if (good === 0) {
    throw new InputError(
      "Cannot measure ingest: --videos must name a folder with videos: there is none that can be decoded",
    );
  }
  return `${good} of ${files.length} files could be decoded`;
}
