import assert from "node:assert/strict";
import { type Clip, Rng, silentProgress } from "lib/core/mod.ts";
import { writeMp4 } from "lib/dataset/encode/mod.ts";
import {
  initWorld3d,
  saveWorld3d,
  type World3dConfig,
} from "lib/evaluation/mod.ts";
import type { Ranks } from "lib/ranks/mod.ts";
import { measure, type MetricResult } from "lib/recipes/metrics/measure.ts";
import {
  metricsFlags,
  type MetricsOptions,
} from "lib/recipes/metrics/options.ts";
import { ranksInOneProcess } from "../../ranks/_ranks_in_one_process.ts";
import { stripedY4m } from "../../dataset/_video_fixture.ts";
import { resultText } from "lib/recipes/metrics/result_text.ts";
import { writeCoded } from "../../dataset/_coded_video.ts";

const CONFIG: World3dConfig = {
  frames: 8,
  size: 32,
  fps: 8,
  stills: 2,
  still: [8, 8, 8],
  motion: [8, 8, 8],
  features: [8, 8],
  classes: {
    object: ["cat"],
    colour: ["red"],
    motion: ["left"],
    camera: ["still"],
  },
};

/** A soft pattern that moves; `seed` chooses it, `noise` is added. */
function clip(
  seed: number,
  { frames = 8, size = 32, fps = 8, noise = 0, light = 1 } = {},
): Clip {
  const rng = new Rng(seed);
  const [a, b, c] = [rng.uniform(), rng.uniform(), rng.uniform()];
  const grain = new Rng(seed + 1000).normals([frames * size * size * 3]).data;
  const data = grain.map((g, i) => {
    const [pixel, channel] = [Math.floor(i / 3), i % 3];
    const [x, y] = [pixel % size, Math.floor(pixel / size) % size];
    const t = Math.floor(pixel / size / size);
    const wave = Math.sin(x * (0.1 + 0.3 * a) + t * b) +
      Math.sin(y * (0.1 + 0.3 * c) + channel);
    return Math.min(1, Math.max(0, light * (0.5 + 0.2 * wave) + noise * g));
  });
  return { frames, height: size, width: size, fps, data };
}

/** A folder of clips `0.mp4` ... and what removes it. */
async function folderOf(clips: readonly Clip[]): Promise<string> {
  const folder = await Deno.makeTempDir();
  for (const [i, clip] of clips.entries()) {
    await writeMp4(`${folder}/${i}.mp4`, clip);
  }
  return folder;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

/** Lines that {@link run} has printed. */
const lines: string[] = [];

function run(
  words: string[],
  { ranks, ...options }: Partial<MetricsOptions> & { ranks?: Ranks } = {},
): Promise<MetricResult> {
  return measure({ ...metricsFlags.parse({ words }), ...options }, {
    progress: silentProgress,
    signal: new AbortController().signal,
    log: (line) => lines.push(line),
    ranks,
  });
}

Deno.test("measure() compares pairs of files and of folders by name", async () => {
  const a = await folderOf([clip(1), clip(2)]);
  const b = await folderOf([clip(1, { noise: 0.1 }), clip(2, { noise: 0.1 })]);
  const same = await run(["psnr", `${a}/0.mp4`, `${a}/0.mp4`]);
  assert.ok(same.kind === "pairs");
  assert.deepEqual(JSON.parse(JSON.stringify(same)), {
    kind: "pairs",
    shape: { width: 32, height: 32, fps: 8, frames: 8 },
    metric: "PSNR",
    unit: "dB, higher is better",
    std: null,
    identical: 1,
    clips: [{ video: `${a}/0.mp4`, identical: true }],
  });
  assert.equal(
    resultText(same),
    "PSNR: none, since all pairs are identical (1 clip)",
  );
  const psnr = await run(["psnr", a, b]);
  assert.ok(psnr.kind === "pairs");
  assert.equal(psnr.clips.length, 2);
  assert.ok(psnr.mean! > 12 && psnr.mean! < 30, `${psnr.mean}`);
  await Deno.copyFile(`${a}/0.mp4`, `${b}/0.mp4`);
  const mixed = await run(["psnr", a, b]);
  assert.ok(mixed.kind === "pairs");
  assert.equal(mixed.mean, psnr.clips[1]!.value);
  assert.match(
    resultText(mixed),
    /^PSNR: [\d.]+ \(dB, higher is better; 1 clip; identical, so without a value: 1 clip\)$/,
  );
  assert.match(
    resultText(psnr),
    /^PSNR: [\d.]+ \(dB, higher is better; 2 clips, std [\d.]+\)$/,
  );
  const ssim = await run(["ssim", a, b]);
  assert.ok(ssim.kind === "pairs" && ssim.mean! > 0 && ssim.mean! < 1);
  await Deno.remove(`${b}/1.mp4`);
  await assert.rejects(run(["psnr", a, b]), {
    name: "InputError",
    message:
      `Cannot compare videos in pairs: each must have a partner of the ` +
      `same name: "${a}/1.mp4" has none of its own in "${b}"; compare sets ` +
      `with fwd, fpd or fvd instead`,
  });
  for (const folder of [a, b]) await Deno.remove(folder, { recursive: true });
});

Deno.test("a folder is searched by the rules of ingest, and all else is listed", async () => {
  const a = await folderOf([clip(1), clip(2)]);
  const b = await folderOf([clip(1), clip(2)]);
  // Any ending of a video counts, in folders of any depth.
  await Deno.mkdir(`${a}/sub`);
  await Deno.mkdir(`${b}/sub`);
  await Deno.rename(`${a}/1.mp4`, `${a}/sub/1.3gp`);
  await Deno.rename(`${b}/1.mp4`, `${b}/sub/1.MOV`);
  await Deno.writeTextFile(`${a}/._0.mp4`, "attributes of macOS");
  await Deno.writeTextFile(`${a}/notes.md`, "");
  lines.length = 0;
  const result = await run(["ssim", a, b]);
  assert.ok(result.kind === "pairs");
  assert.deepEqual(result.clips.map(({ video }) => video), [
    `${a}/0.mp4`,
    `${a}/sub/1.3gp`,
  ]);
  assert.deepEqual(lines, [
    `${a}: left out 1 hidden, as their names begin with a dot: ._0.mp4`,
    `${a}: left out 1 no videos by their extension: .md 1`,
  ]);
  // Two files of one name are both named, and paired by their endings.
  await Deno.copyFile(`${a}/0.mp4`, `${a}/0.mkv`);
  await assert.rejects(run(["psnr", a, b]), {
    name: "InputError",
    message: /0\.mkv" has none of its own in /,
  });
  await Deno.copyFile(`${a}/0.mp4`, `${b}/0.avi`);
  await Deno.copyFile(`${a}/0.mp4`, `${b}/0.mov`);
  await assert.rejects(run(["psnr", a, b]), {
    name: "InputError",
    message: /0\.avi" and ".*0\.mov" share a name; move one of them/,
  });
  await Deno.remove(`${b}/0.mov`);
  const paired = await run(["psnr", a, b]);
  assert.ok(paired.kind === "pairs" && paired.clips.length === 3);
  for (const folder of [a, b]) await Deno.remove(folder, { recursive: true });
});

Deno.test("measure() names what a network needs of a video that is too short", async () => {
  const weights = await Deno.makeTempFile({ suffix: ".safetensors" });
  await saveWorld3d(weights, initWorld3d(CONFIG, new Rng(1)), CONFIG);
  const a = await folderOf([clip(1, { frames: 10 }), clip(2, { frames: 7 })]);
  for (const name of ["fwd", "world3d"]) {
    await assert.rejects(run([name, a, a], { world3d: weights }), {
      name: "InputError",
      message:
        /^Cannot compute .*: its network takes 8 frames at 8 fps, so each video must last 1 s: ".*1\.mp4" lasts 0\.88 s \(7 frames at 8 fps\); leave it out, or compare by psnr, ssim, lpips or temporal, which take any length$/,
    });
  }
  await Deno.remove(a, { recursive: true });
  await Deno.remove(weights);
});

Deno.test("measure() compares frame by frame in containers without timestamps", async () => {
  const folder = await Deno.makeTempDir();
  const frames = clip(3, { frames: 20, size: 64 });
  const coding = { filters: "format=yuv420p", options: { crf: 4, bf: 2 } };
  const reference = `${folder}/a.mkv`;
  await writeCoded(reference, frames, coding);
  for (const [ending, container] of [["avi", "avi"], ["h264", "h264"]]) {
    const path = `${folder}/a.${ending}`;
    await writeCoded(path, frames, { ...coding, container: container! });
    const result = await run(["psnr", path, reference]);
    assert.ok(result.kind === "pairs");
    assert.equal(result.shape.frames, 20);
    // The same coded frames: one frame later would be 20 dB.
    assert.equal(result.identical, 1, `${ending}: ${result.mean} dB`);
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("measure() compares pixels as stored, unless a size is asked for", async () => {
  const folder = await Deno.makeTempDir();
  const video = `${folder}/wide.y4m`;
  await Deno.writeFile(video, stripedY4m(2));
  const [stored, scaled] = [
    await run(["ssim", video, video]),
    await run(["ssim", video, video], { size: "32x16" }),
  ];
  assert.deepEqual([stored.shape.width, stored.shape.height], [16, 16]);
  assert.deepEqual([scaled.shape.width, scaled.shape.height], [32, 16]);
  const motion = await run(["temporal", video]);
  assert.equal(motion.shape.width, 32);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("measure() of sets gives FWD, 0 for equal ones, and warns about few clips", async () => {
  const weights = await Deno.makeTempFile({ suffix: ".safetensors" });
  await saveWorld3d(weights, initWorld3d(CONFIG, new Rng(1)), CONFIG);
  const cache = await Deno.makeTempDir();
  const options = { world3d: weights, cache };
  const a = await folderOf(range(0, 20).map((i) => clip(i)));
  const b = await folderOf(range(20, 40).map((i) => clip(i)));
  const darker = await folderOf(
    range(20, 40).map((i) => clip(i, { light: 0.3 })),
  );
  const found = [];
  for (const other of [a, b, darker]) {
    const result = await run(["fwd", a, other], options);
    assert.ok(result.kind === "sets");
    found.push(result);
  }
  const [same, alike, worse] = found;
  assert.ok(Math.abs(same!.frechet) < 1e-6, `${same!.frechet}`);
  assert.ok(worse!.frechet > 2 * alike!.frechet);
  assert.equal(alike!.metric, "FWD");
  assert.deepEqual(alike!.clips, { a: 20, b: 20 });
  assert.equal(alike!.setting.frames, 8);
  assert.match(alike!.warnings[0]!, /^20 clips for 16 features/);
  assert.match(
    resultText(alike!),
    /at n = infinity: .*\n {2}kernel distance: /,
  );
  // What is kept is used: without the network's weights it would fail.
  const files = [...Deno.readDirSync(cache)].length;
  assert.equal(files, 3);
  assert.deepEqual(await run(["fwd", a, b], options), alike);
  // A damaged copy is made again.
  for (const { name } of Deno.readDirSync(cache)) {
    await Deno.writeTextFile(`${cache}/${name}`, "cut off");
  }
  assert.deepEqual(await run(["fwd", a, b], options), alike);
  // Ranks compute some each, with the result of one process.
  const fresh = { ...options, cache: await Deno.makeTempDir() };
  for (
    const result of await Promise.all(
      ranksInOneProcess(2).map((ranks) =>
        run(["fwd", a, b], { ...fresh, ranks })
      ),
    )
  ) assert.deepEqual(result, alike);
  assert.equal([...Deno.readDirSync(fresh.cache)].length, 2);
  for (const folder of [a, b, darker, cache, fresh.cache]) {
    await Deno.remove(folder, { recursive: true });
  }
  await Deno.remove(weights);
});

/** A white square that goes `inside` pixels a frame and `across` at every fourth. */
function jumping(inside: number, across: number): Clip {
  const [frames, height, width] = [16, 32, 96];
  const data = new Float32Array(frames * height * width * 3);
  for (let t = 0, left = 4; t < frames; t++) {
    if (t > 0) left += t % 4 === 0 ? across : inside;
    for (let y = 12; y < 20; y++) {
      const row = (t * height + y) * width + left;
      data.fill(1, row * 3, (row + 8) * 3);
    }
  }
  return { frames, height, width, fps: 8, data };
}

Deno.test("measure() gives motion of one set or two", async () => {
  const a = await folderOf([
    jumping(2, 8),
    jumping(2, 8),
    clip(1, {
      frames: 16,
      size: 32,
    }),
  ]);
  const result = await run(["temporal", a, a], { size: "96x32" });
  assert.ok(result.kind === "temporal");
  assert.equal(result.sets.length, 2);
  const [{ clips, seams }] = result.sets as [typeof result.sets[number]];
  assert.equal(clips, 3);
  // The pattern covers the picture: it has no subject.
  assert.equal(seams.clips, 2);
  assert.equal(seams.leftOut, 1);
  assert.ok(Math.abs(seams.median! - 4) < 0.1, `${seams.median}`);
  assert.match(resultText(result), /flicker .* smoothness .* sides\/s/);
  assert.match(
    resultText(result),
    /steps across seams of latent frames over those inside: [34]\.\d\d \(n 2, 1 left out\)/,
  );
  assert.equal(result.sets[0]!.seamChange.clips, 3);
  assert.match(
    resultText(result),
    /the same of the change of all pixels: [1-4]\.\d\d \(n 3, 0 left out\)/,
  );
  const flow = await run(["flow", a], { size: "96x32" });
  assert.ok(flow.kind === "flow");
  assert.equal(flow.clips.length, 3);
  assert.match(resultText(flow), /pixels a second to the right/);
  const causal = await run(["temporal", a], { size: "96x32", causal: true });
  assert.ok(causal.kind === "temporal");
  assert.ok(causal.sets[0]!.seams.median! < 1);
  await Deno.remove(a, { recursive: true });
});

Deno.test("measure() held-out finds a copied training clip, converting its network first", async () => {
  const weights = await Deno.makeTempDir();
  const cache = await Deno.makeTempDir();
  const options = { frames: 3, weights, cache, page: `${cache}/page.html` };
  const training = await folderOf([clip(1), clip(2)]);
  const generated = await folderOf([clip(9), clip(2)]);
  const real = await folderOf([clip(3), clip(4), clip(5), clip(6)]);
  const found = await run(["held-out", generated, real, training], options);
  assert.ok(found.kind === "held-out");
  const { nearest, floor, distances, motion } = found.result;
  const { clip: copy, training: original, distance } = nearest!.generated[0]!;
  assert.deepEqual([copy, original, distance], [1, 1, 0]);
  assert.equal(floor[0]!.metric, "FPD");
  assert.equal(distances.generated![0]!.ofHalf, null);
  assert.equal(motion.generated!.clips, 2);
  const text = resultText(found);
  assert.match(text, /^Distance from real held-out video\n/);
  assert.match(text, /\n\nMotion of held-out video\n/);
  assert.match(
    text,
    /Nearest of 2 training clips: \d+\.0 % .* of the generated/,
  );
  const page = await Deno.readTextFile(options.page);
  assert.equal(page.match(/<video /g)?.length, 2);
  assert.match(
    page,
    /distance 0\.00, equal; from left to right: real, generated, training clip 1, the nearest/,
  );
  const [{ name }] = [...Deno.readDirSync(weights)] as [Deno.DirEntry];
  assert.equal(name, "inception.safetensors");
  for (const folder of [weights, cache, training, generated, real]) {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("measure() refuses videos of unequal sizes, rates and lengths, unless resampled", async () => {
  const a = await folderOf([clip(1)]);
  const cases: [Clip, RegExp][] = [
    [
      clip(1, { size: 48 }),
      /their size must be the same: .* has 32x32 pixels and .* 48x48 pixels; pass --size WxH/,
    ],
    [
      clip(1, { fps: 12 }),
      /their rate must be the same: .* has 8 fps and .* 12 fps; pass --fps N/,
    ],
    [
      clip(1, { frames: 12 }),
      /their length must be the same: .* has 8 frames and .* 12 frames; pass --frames N/,
    ],
  ];
  for (const [other, message] of cases) {
    const b = await folderOf([other]);
    await assert.rejects(run(["psnr", a, b]), { name: "InputError", message });
    const forced = await run(["psnr", a, b], {
      size: "32x32",
      fps: 8,
      frames: 4,
    });
    assert.ok(forced.kind === "pairs" && (forced.mean ?? 99) > 10);
    assert.deepEqual(forced.shape, {
      width: 32,
      height: 32,
      fps: 8,
      frames: 4,
    });
    await Deno.remove(b, { recursive: true });
  }
  await Deno.remove(a, { recursive: true });
});

Deno.test("measure() names the fault of a command, folder or file, or the missing weights", async () => {
  const a = await folderOf([clip(1)]);
  const empty = await Deno.makeTempDir();
  await Deno.writeTextFile(`${a}/notes.txt`, "left alone");
  await Deno.writeTextFile(`${empty}/fake.mp4`, "not a video");
  const video = `${a}/0.mp4`;
  const cases: [words: string[], message: RegExp][] = [
    [
      ["fid", a, a],
      /NAME must be one of psnr, ssim, .*: current value is "fid"/,
    ],
    [["psnr", a], /psnr must be followed by two videos or folders/],
    [["psnr", a, a, a], /psnr must be followed by two videos or folders/],
    [["temporal"], /followed by a video or folder, or two: .* none$/],
    [["held-out", a], /held-out must be followed by two or three folders/],
    [
      ["psnr", a, "/nowhere"],
      /"\/nowhere": it must be a video or a folder of videos: there is none/,
    ],
    [["psnr", a, empty], /fake\.mp4": the file must hold a video/],
    [
      ["fwd", video, video],
      /each must have at least 2: .* has 1; pass a folder/,
    ],
    [
      ["lpips", video, video],
      /Cannot compute LPIPS v0\.1 \(alex\): its weights must be in .*; get alexnet-owt-7be5be79\.pth/,
    ],
    [["fvd", `${a}`, `${a}`], /each must have at least 2/],
  ];
  for (const [words, message] of cases) {
    await assert.rejects(run(words, { weights: empty }), {
      name: "InputError",
      message,
    });
  }
  await Deno.remove(`${empty}/fake.mp4`);
  await assert.rejects(run(["psnr", a, empty]), {
    name: "InputError",
    message:
      `Cannot measure "${empty}": a folder must hold videos: it holds none; pass another folder`,
  });
  for (const folder of [a, empty]) {
    await Deno.remove(folder, { recursive: true });
  }
});
