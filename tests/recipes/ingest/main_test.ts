import assert from "node:assert/strict";
import { type ManifestRow, readManifest } from "lib/dataset/curate/mod.ts";
import { writeGif, writeMp4 } from "lib/dataset/encode/mod.ts";
import { readJsonl } from "lib/formats/jsonl/mod.ts";
import { writeCoded } from "../../dataset/_coded_video.ts";
import {
  temporaryFolder,
  wavBytes,
  writeAtTimes,
} from "../../dataset/_video_fixture.ts";
import { startTask } from "../_task_process.ts";
import { movingClip } from "./_videos.ts";

/** Ingests and returns the rows. */
async function ingested(
  out: string,
  args: readonly string[],
): Promise<{ rows: ManifestRow[]; stderr: string }> {
  await using run = startTask("ingest", [...args, "--out", out]);
  const { code, stderr } = await run.ended;
  assert.equal(code, 0, stderr);
  return { rows: await readManifest(`${out}/manifest.jsonl`), stderr };
}

/** `kept` or the reason, by file name. */
function statusByName(rows: readonly ManifestRow[]): Record<string, string> {
  return Object.fromEntries(rows.map((row) => [
    row.source.path.split("/").at(-1)!,
    row.status === "kept" ? "kept" : `${row.rule}: ${row.reason}`,
  ]));
}

async function namesIn(folder: string): Promise<string[]> {
  const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  return names.sort();
}

Deno.test("every kind of file yields a shot or a row with the reason", async () => {
  await using folder = await temporaryFolder();
  const videos = folder.file("meine Videos 映像");
  await Deno.mkdir(videos);
  const at = (name: string): string => `${videos}/${name}`;
  await writeMp4(at("whole.mp4"), movingClip(1));
  await Deno.writeTextFile(at("whole.txt"), "a pattern moves to the right\n");
  const bytes = await Deno.readFile(at("whole.mp4"));
  await Deno.writeFile(at("zwei Kopien é.mp4"), bytes);
  await Deno.writeFile(at("cut.mp4"), bytes.subarray(0, 100));
  await Deno.writeFile(at("empty.mp4"), new Uint8Array());
  await Deno.writeFile(at("noise.avi"), bytes.map((_, i) => i * 89));
  await Deno.writeTextFile(
    at("words.mkv"),
    "no video, but a text\n".repeat(99),
  );
  await Deno.writeFile(at("sound.mp4"), wavBytes());
  await writeMp4(at("short.mp4"), movingClip(2, { frames: 5 }));
  await writeMp4(at("small.mp4"), movingClip(3, { height: 32, width: 48 }));
  await writeMp4(
    at("still.mp4"),
    { ...movingClip(4), data: new Float32Array(12 * 72 * 128 * 3).fill(0.5) },
  );
  await writeAtTimes(
    at("uneven.webm"),
    movingClip(5),
    "webm",
    Array.from({ length: 12 }, (_, i) => i * i * 20),
  );
  await writeGif(at("frame.gif"), movingClip(6));
  const one = movingClip(7, { frames: 1, height: 73, width: 129 });
  await writeCoded(at("one.mkv"), one, { filters: "format=yuv444p" });
  const odd = movingClip(8, { height: 73, width: 129 });
  await writeCoded(at("odd.mkv"), odd, { filters: "format=yuv444p10" });
  await writeCoded(at("fields.mkv"), movingClip(9), {
    filters: "format=yuv422p",
    firstField: "top",
  });
  await writeCoded(at("hdr.mkv"), movingClip(10), {
    filters: "scale=out_color_matrix=bt2020,format=yuv420p10",
    hdr: true,
  });
  await Deno.writeTextFile(at("notes.md"), "# notes");

  const out = folder.file("out");
  const { rows } = await ingested(out, [videos]);
  assert.deepEqual(statusByName(rows), {
    "cut.mp4":
      "no_video: the file must hold a video: it is an MP4 file without a readable index, so it was cut short or damaged; get a whole copy",
    "empty.mp4":
      "no_video: the file must hold a video: it is empty (0 bytes); get a whole copy",
    "fields.mkv": "kept",
    "hdr.mkv": "kept",
    "noise.avi":
      "no_video: the file must hold a video: its contents are no video format that FFmpeg knows, or are damaged; convert it to MP4 or get a whole copy",
    "odd.mkv": "kept",
    "one.mkv": "too_short: lasts 0.1 s (1 frames), 1 s are needed",
    "frame.gif": "kept",
    "short.mp4": "too_short: lasts 0.5 s (5 frames), 1 s are needed",
    "small.mp4": "too_small: is 48x32, 64 pixels are needed",
    "sound.mp4":
      "no_video: the file must hold a video stream: it holds only sound (pcm_s16le); pass a video",
    "still.mp4": "blank: shows one plain colour",
    "uneven.webm": "kept",
    "whole.mp4": "kept",
    "words.mkv":
      "no_video: the file must hold a video: it is a text file; pass a video",
    "zwei Kopien é.mp4":
      'same_file: holds the same bytes as "../meine Videos 映像/whole.mp4"',
  });
  const whole = rows.find(({ source }) => source.path.endsWith("/whole.mp4"))!;
  assert.deepEqual(whole.captions, [
    { text: "a pattern moves to the right", language: "und" },
  ]);
  const phases = new Set(
    rows.flatMap((row) => row.status === "kept" ? [row.phase] : []),
  );
  assert.deepEqual(await namesIn(out), [
    ".lock",
    "journal.jsonl",
    "manifest.jsonl",
    ...[...phases].sort().map((phase) => `phase_${phase}.png`),
    "summary.txt",
  ]);
  const summary = await Deno.readTextFile(`${out}/summary.txt`);
  assert.match(summary, /^16 files: 6 shots kept \(.* s\), 10 rows dropped\n/);
  assert.match(
    summary,
    /skipped, not videos by extension: \.md 1, \.txt 1/,
  );
});

Deno.test("a killed ingest resumes with the result of an unbroken one", async () => {
  await using folder = await temporaryFolder();
  const videos = folder.file("videos");
  await Deno.mkdir(videos);
  for (let i = 0; i < 6; i++) {
    await writeMp4(`${videos}/${i}.mp4`, movingClip(i));
  }
  await ingested(folder.file("whole"), [videos]);

  const out = folder.file("broken");
  const contentsIn = async (): Promise<number> => {
    const records = await readJsonl(`${out}/journal.jsonl`).catch(() => []);
    return records.filter(({ kind }) => kind === "contents").length;
  };
  {
    await using run = startTask("ingest", [
      videos,
      "--out",
      out,
      "--processes",
      "1",
    ]);
    await run.until(async () => await contentsIn() >= 2);
    run.kill("SIGKILL");
    await run.ended;
  }
  const done = await contentsIn();
  assert.ok(done >= 2 && done < 6, `${done} files were done`);
  assert.ok(!(await namesIn(out)).includes("manifest.jsonl"));
  // A truncated line, as after a kill in the middle of a write.
  await Deno.writeTextFile(`${out}/journal.jsonl`, '{"kind":"cont', {
    append: true,
  });
  const { rows } = await ingested(out, [videos]);
  assert.equal(await contentsIn(), 6, "each file was analysed once");
  assert.deepEqual(
    rows,
    await readManifest(`${folder.file("whole")}/manifest.jsonl`),
  );

  // A moved file is found by its contents and not decoded again.
  await Deno.rename(`${videos}/0.mp4`, `${videos}/9.mp4`);
  const again = await ingested(out, [videos]);
  assert.equal(await contentsIn(), 6);
  assert.ok(!/frames in/.test(again.stderr), again.stderr);
  assert.ok(again.rows.some(({ source }) => source.path.endsWith("/9.mp4")));
});

Deno.test("Ctrl-C stops an ingest and keeps its progress", async () => {
  await using folder = await temporaryFolder();
  const videos = folder.file("videos");
  await Deno.mkdir(videos);
  for (let i = 0; i < 6; i++) {
    await writeMp4(`${videos}/${i}.mp4`, movingClip(i));
  }
  const out = folder.file("out");
  await using run = startTask("ingest", [
    videos,
    "--out",
    out,
    "--processes",
    "1",
  ]);
  await run.until(async () =>
    (await readJsonl(`${out}/journal.jsonl`).catch(() => [])).length >= 2
  );
  run.kill("SIGINT");
  const { code, stderr } = await run.ended;
  assert.equal(code, 130, stderr);
  assert.match(
    stderr,
    /Stopped; run the same command again to continue\n$/,
  );
});

Deno.test("an error in the options is one line and exit code 2", async () => {
  await using folder = await temporaryFolder();
  await writeMp4(folder.file("a.mp4"), movingClip(1));
  // A place where every write fails as on a full disk.
  const full = folder.file("full");
  await Deno.mkdir(full);
  await Deno.mkdir(`${full}/journal.jsonl`);
  const cases: [args: string[], message: RegExp][] = [
    [
      [],
      /^error: Cannot read the command: folders must name a folder or a video, or several: current value is ""\n$/,
    ],
    [
      [folder.file("none")],
      /^error: Cannot ingest ".*none": the folder or file must exist: there is none; check the path\n$/,
    ],
    [
      [folder.path, "--out", folder.file("a.mp4")],
      /^error: Cannot use ".*a\.mp4": it must be a folder that may be written: .*; choose another with --out\n$/,
    ],
    [
      [folder.path, "--captions", folder.file("none.csv")],
      /^error: Cannot read ".*none\.csv"/,
    ],
    [
      [folder.path, "--validation", "2"],
      /^error: Cannot use --validation: must be a number from 0 to 1: current value is "2"\n$/,
    ],
    [
      [folder.path, "--out", full],
      /^error: Cannot write to ".*full": the disk must take it: the system says ".*"; make room and run the same command again to continue\n$/,
    ],
  ];
  for (const [args, message] of cases) {
    const out = args.includes("--out") ? [] : ["--out", folder.file("out")];
    await using run = startTask("ingest", [...args, ...out]);
    const { code, stderr } = await run.ended;
    assert.match(stderr, message);
    assert.equal(code, 2);
  }
});
