import assert from "node:assert/strict";
import { silentProgress } from "lib/core/mod.ts";
import { curate, writeManifest } from "lib/dataset/curate/mod.ts";
import { writeMp4 } from "lib/dataset/encode/mod.ts";
import { readJsonl } from "lib/formats/jsonl/mod.ts";
import { runConfigOf, trainFlags } from "lib/recipes/train/mod.ts";
import { type TrainHost, trainRun } from "lib/trainer/mod.ts";
import { brightnessClip } from "../../dataset/_video_fixture.ts";
import { fileOf, OPTIONS, segmentOf } from "../../dataset/curate/_rows.ts";

Deno.test("a deleted video stops the run with one line; once restored, the run resumes", async () => {
  const folder = await Deno.makeTempDir();
  const [video, away] = [`${folder}/a.mp4`, `${folder}/away.mp4`];
  const [manifest, run] = [`${folder}/manifest.jsonl`, `${folder}/run`];
  await writeMp4(
    video,
    brightnessClip({ frames: 40, height: 64, width: 64, fps: 10 }),
  );
  await writeManifest(
    manifest,
    curate([fileOf("a.mp4", "a", [segmentOf()])], OPTIONS),
  );
  const options = runConfigOf(trainFlags.parse({
    ...{ preset: "tiny", run, data: [manifest], heldOut: 2, batch: 2 },
    ...{ samples: 64, maxSteps: 6, saveEvery: 3600 },
  }));
  const host = (onStep: (step: number) => Promise<void>): TrainHost => ({
    progress: silentProgress,
    signal: new AbortController().signal,
    clock: () => performance.now(),
    now: () => new Date(0),
    log() {},
    display: ({ step, loss }) =>
      loss === undefined ? undefined : onStep(Number(step)),
  });
  await assert.rejects(
    trainRun(
      options,
      "vae",
      host(async (step) => {
        if (step === 2) await Deno.rename(video, away);
      }),
    ),
    {
      name: "UnreadableClipError",
      message:
        /^Cannot use shot a{16}-0000 of ".*a\.mp4": the file must exist: there is none; restore the file, or ingest again$/,
    },
  );
  const files = [...Deno.readDirSync(`${run}/vae`)].map(({ name }) => name);
  const [saved] = files.filter((name) => /^step-/.test(name));
  assert.match(saved!, /^step-0000000[2-5]\.safetensors$/);

  await Deno.rename(away, video);
  await trainRun(options, "vae", host(() => Promise.resolve()));
  const steps = (await readJsonl(`${run}/metrics.jsonl`))
    .filter(({ loss }) => loss !== undefined).map(({ step }) => step);
  assert.deepEqual(steps, [1, 2, 3, 4, 5, 6], "each step once");
  await Deno.remove(folder, { recursive: true });
});
