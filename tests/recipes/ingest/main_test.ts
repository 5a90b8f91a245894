import assert from "node:assert/strict";
import {
  type ManifestRow,
  manifestRows,
  readShots,
  shotClips,
} from "lib/dataset/curate/mod.ts";
import { Rng } from "lib/core/mod.ts";
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
  return {
    rows: await Array.fromAsync(manifestRows(`${out}/manifest.jsonl`)),
    stderr,
  };
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
    /left out:\n {2}1 no videos by their extension: \.md 1\n/,
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
    await Array.fromAsync(
      manifestRows(`${folder.file("whole")}/manifest.jsonl`),
    ),
  );

  // A moved file is found by its contents and not decoded again.
  await Deno.rename(`${videos}/0.mp4`, `${videos}/9.mp4`);
  const again = await ingested(out, [videos]);
  assert.equal(await contentsIn(), 6);
  assert.ok(!/frames in/.test(again.stderr), again.stderr);
  assert.ok(again.rows.some(({ source }) => source.path.endsWith("/9.mp4")));
});

Deno.test("tables in the folders and of --captions give captions and labels", async () => {
  await using folder = await temporaryFolder();
  const videos = folder.file("videos");
  await Deno.mkdir(videos);
  await writeMp4(`${videos}/kite.mp4`, movingClip(1));
  // On Windows, a name cannot hold a backslash.
  const odd = Deno.build.os === "windows" ? "a b.mp4" : "a\\b.mp4";
  await writeMp4(`${videos}/${odd}`, movingClip(2));
  await Deno.writeTextFile(
    `${videos}/metadata.csv`,
    `file_name,text,turn\nkite.mp4,a kite,left\n${odd},a pattern,right\n`,
  );
  await Deno.writeTextFile(
    folder.file("more.tsv"),
    "File\tCaption\nKITE.mp4\tit flies\nkit.mp4\tnothing\n",
  );
  const out = folder.file("out");
  await Deno.writeTextFile(
    folder.file("phases.csv"),
    "file,phase\nkite.mp4,4\n",
  );
  const more = [
    ...["--captions", folder.file("more.tsv")],
    ...["--phase-of", folder.file("phases.csv")],
  ];
  const { rows, stderr } = await ingested(out, [videos, ...more]);
  assert.deepEqual(
    rows.map(({ source, captions, labels }) => [
      source.path,
      captions.map(({ text }) => text),
      labels,
    ]),
    [
      [`../videos/${odd}`, ["a pattern"], { turn: "right" }],
      ["../videos/kite.mp4", ["it flies", "a kite"], {
        turn: "left",
        phase: "4",
      }],
    ],
  );
  const kite = rows.find(({ source }) => source.path.endsWith("kite.mp4"))!;
  assert.ok(kite.status === "kept");
  assert.deepEqual([kite.phase, kite.phaseReason], [4, "the table of phases"]);
  assert.match(stderr, /more\.tsv: 1 of 2 rows match a video; 1 video has no/);
  assert.match(
    stderr,
    /matches no file: line 3: "kit\.mp4" \(the nearest name is "videos\/kite\.mp4"\)/,
  );
  assert.match(stderr, /metadata\.csv: 2 of 2 rows match a video; 0 videos/);
  assert.match(stderr, /\nlabels: turn, phase\n/);
  // Both files open by the names in the manifest.
  const clips = shotClips("mine", await readShots(`${out}/manifest.jsonl`));
  assert.equal(clips.length, 2);
  const shape = { frames: 4, height: 32, width: 32, fps: 8 };
  const found = [];
  for (const index of [0, 1]) {
    found.push((await clips.clipAt(index, shape, new Rng(1))).clip.frames);
  }
  assert.deepEqual(found, [4, 4]);
});

Deno.test("a table without a row for any video is refused before decoding", async () => {
  await using folder = await temporaryFolder();
  await writeMp4(folder.file("kite.mp4"), movingClip(1));
  await Deno.writeTextFile(
    folder.file("captions.csv"),
    "file,caption\nkate.mp4,a kite\n",
  );
  const out = folder.file("out");
  const table = ["--captions", folder.file("captions.csv")];
  await using run = startTask("ingest", [folder.path, ...table, "--out", out]);
  const { code, stderr } = await run.ended;
  assert.match(
    stderr,
    /^error: Cannot use the captions in ".*": rows must name videos, .*: none of 1 does: line 2: "kate\.mp4" \(the nearest name is "kite\.mp4"\); correct the names or the folders\n$/,
  );
  assert.equal(code, 2);
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
  const taken = folder.file("taken");
  await Deno.mkdir(`${taken}/journal.jsonl`, { recursive: true });
  const own = folder.file("own");
  await Deno.mkdir(own);
  await Deno.writeTextFile(`${own}/phase_3.png`, "mine");
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
      [folder.path, "--out", taken],
      /^error: Cannot use ".*journal\.jsonl": it must be a file or not exist: it is a folder; choose another with --out\n$/,
    ],
    [
      [folder.path, "--out", own],
      /^error: Cannot write ".*own\/phase_3\.png": it must be of an earlier ingest, or not exist: the folder has no manifest\.jsonl; choose another with --out\n$/,
    ],
  ];
  for (const [args, message] of cases) {
    const out = args.includes("--out") ? [] : ["--out", folder.file("out")];
    await using run = startTask("ingest", [...args, ...out]);
    const { code, stderr } = await run.ended;
    assert.match(stderr, message);
    assert.equal(code, 2);
  }
  assert.deepEqual(
    [...Deno.readDirSync(folder.path)].map(({ name }) => name).sort(),
    ["a.mp4", "own", "taken"],
  );
  assert.equal(await Deno.readTextFile(`${own}/phase_3.png`), "mine");
});

Deno.test("an ingest that finds no video ends with code 2 and keeps its summary", async () => {
  await using folder = await temporaryFolder();
  await Deno.mkdir(folder.file("videos"));
  await Deno.writeTextFile(folder.file("videos/a.mp4"), "no video");
  const out = folder.file("out");
  await using run = startTask("ingest", [folder.file("videos"), "--out", out]);
  const { code, stderr } = await run.ended;
  assert.match(
    stderr,
    /error: Cannot use ".*out" for training: a file must be a video: none of 1 was; the reasons are above and in .*summary\.txt\n$/,
  );
  assert.equal(code, 2);
  const summary = await Deno.readTextFile(`${out}/summary.txt`);
  assert.match(summary, /videos\/a\.mp4: the file must hold a video/);
});
