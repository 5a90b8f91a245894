import assert from "node:assert/strict";
import { silentProgress } from "lib/core/mod.ts";
import { manifestRows } from "lib/dataset/curate/mod.ts";
import { writeMp4 } from "lib/dataset/encode/mod.ts";
import { readJsonl } from "lib/formats/jsonl/mod.ts";
import { ingest } from "lib/recipes/ingest/ingest.ts";
import { ingestFlags } from "lib/recipes/ingest/options.ts";
import { temporaryFolder } from "../../dataset/_video_fixture.ts";
import { movingClip } from "./_videos.ts";

/**
 * Stands in for the worker process: depending on the name of the file, it crashes
 * as a native decoder does, hangs, fails, or succeeds.
 */
const PROGRAM = `
  const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream());
  for await (const text of lines) {
    const { path, task } = JSON.parse(text);
    if (task === "clip") Deno.exit(3); // the sheet has no row
    if (path.includes("crash")) {
      new Deno.UnsafePointerView(Deno.UnsafePointer.create(8n)).getInt32(); // segmentation fault
    }
    if (path.includes("hang")) await new Promise(() => setInterval(() => {}, 1000));
    if (path.includes("fail")) {
      console.log(JSON.stringify({ kind: "error", isInput: false, message: "a defect" }));
      continue;
    }
    const scores = { motion: 0.1, cameraMotion: 0, panRight: 0, panDown: 0, zoom: 0,
      roll: 0, subjectMotion: 0, movingShare: 0, subjects: 0, occlusion: 0,
      sharpness: 99, brightness: 0.5, contrast: 0.2, lightChange: 0, overlay: 0 };
    const video = { width: 128, height: 72, fps: 10, durationSeconds: 2, pictures: 20,
      codec: "h264", rotation: 0, isInterlaced: false, isHighDynamicRange: false,
      hasVariableRate: false };
    const segments = [{ kind: "shot", startSeconds: 0, endSeconds: 2, pictures: 20,
      startsAtCut: false, endsAtCut: false, part: 1, parts: 1, scores,
      hash: "0123456789abcdef", moments: "AAAA" }];
    const analysis = { video, damage: null, segments };
    console.log(JSON.stringify({ kind: "analysis", analysis }));
  }
`;

Deno.test("a decoder that crashes, hangs or fails costs one file, not the run", async () => {
  await using folder = await temporaryFolder();
  const videos = folder.file("videos");
  await Deno.mkdir(videos);
  const names = ["a crash.mp4", "b good.mp4", "c hang.mp4", "d fail.mp4"];
  for (const [i, name] of names.entries()) {
    await writeMp4(`${videos}/${name}`, movingClip(i));
  }
  const program = folder.file("program.ts");
  await Deno.writeTextFile(program, PROGRAM);
  const out = folder.file("out");
  await Deno.mkdir(out);
  const options = ingestFlags.parse({
    folders: [videos],
    out,
    processes: 1,
    timeout: 3,
  });
  await ingest(options, {
    progress: silentProgress,
    signal: new AbortController().signal,
    clock: () => performance.now(),
    program: new URL(program, "file:///").href,
  });
  const records = await readJsonl(`${out}/journal.jsonl`);
  // The journal has no outcome of the failures, so that the next run retries.
  const kept = records.filter(({ kind }) => kind === "contents");
  assert.equal(kept.length, 1, JSON.stringify(kept));
  const rows = await Array.fromAsync(manifestRows(`${out}/manifest.jsonl`));
  assert.deepEqual(
    rows.map((row) =>
      `${row.source.path.split("/").at(-1)} ${
        row.status === "kept" ? "kept" : `${row.rule}: ${row.reason}`
      }`
    ),
    [
      "a crash.mp4 crashed: the decoder ended with signal SIGSEGV",
      "b good.mp4 kept",
      "c hang.mp4 stuck: the decoder did not respond for 3 s",
      "d fail.mp4 crashed: a defect",
    ],
  );
});
