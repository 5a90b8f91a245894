import assert from "node:assert/strict";
import { Rng } from "lib/core/mod.ts";
import type { Phase } from "lib/dataset/vocabulary/mod.ts";
import { runConfigOf, trainFlags } from "lib/recipes/train/mod.ts";
import { RunData } from "lib/trainer/mod.ts";
import { describeData } from "lib/trainer/data/description.ts";
import { temporaryFolder } from "../../dataset/_video_fixture.ts";
import { writeData } from "../_video_data.ts";

const SHAPE = { frames: 4, height: 16, width: 16, fps: 8 };

/** The phases of which the first eight clips of a phase are; the rest is checked. */
async function phasesOf(
  phase: Phase,
  replayFraction: number,
  split: "train" | "validation" = "train",
): Promise<number[]> {
  const config = runConfigOf(trainFlags.parse({
    languages: "en",
    replayFraction,
    seed: 3,
  }));
  using data = await RunData.open(config);
  const [bucket] = data.clips(`phase${phase}`, split, 8).buckets;
  const { source } = bucket!;
  const found: number[] = [];
  for (let index = 0; index < 8; index++) {
    const { id, caption } = await source.clipAt(index, SHAPE, new Rng(index));
    const [, seed, of, part, place] = id.split("/");
    // The clips of each phase come in their own order, none left out.
    const before = found.filter((phase) => phase === Number(of)).length;
    assert.deepEqual([seed, part, place], ["3", split, `${before}`]);
    const again = await source.captionAt!(index, new Rng(index));
    assert.equal(again.caption, caption);
    found.push(Number(of));
  }
  return found;
}

Deno.test("RunData replays earlier phases of the synthetic world, half from the first", async () => {
  assert.deepEqual(await phasesOf(2, 0), [2, 2, 2, 2, 2, 2, 2, 2]);
  assert.deepEqual(await phasesOf(2, 0.25), [2, 2, 2, 1, 2, 2, 2, 1]);
  assert.deepEqual(await phasesOf(3, 0.5), [3, 1, 3, 2, 3, 1, 3, 2]);
  assert.deepEqual(await phasesOf(5, 0.75), [5, 1, 2, 1, 5, 3, 1, 4]);
});

Deno.test("phase 1 and held-out clips have no replay", async () => {
  assert.deepEqual(await phasesOf(1, 0.5), [1, 1, 1, 1, 1, 1, 1, 1]);
  assert.deepEqual(
    await phasesOf(3, 0.5, "validation"),
    [3, 3, 3, 3, 3, 3, 3, 3],
  );
});

Deno.test("another replay fraction makes another dataset, with its own latents", async () => {
  const nameOf = async (replayFraction: number): Promise<string> => {
    const config = runConfigOf(trainFlags.parse({ replayFraction }));
    using data = await RunData.open(config);
    return data.clips("phase4", "train", 8).name;
  };
  assert.equal(await nameOf(0), "synthetic phase 4 train");
  assert.equal(
    await nameOf(0.25),
    "synthetic phase 4 train, 25 % of the phases before, half of them of the first",
  );
});

function configOf(flags: Readonly<Record<string, unknown>>) {
  return runConfigOf(trainFlags.parse({
    ...{ preset: "tiny", frames: 8, workers: 0, seed: 1 },
    ...flags,
  }));
}

Deno.test("RunData gives real video alone, in its own aspect, in batches of equal size", async () => {
  await using folder = await temporaryFolder();
  const path = await writeData(folder.file("mine"), [
    { size: [128, 96] },
    { size: [128, 96] },
    { size: [96, 128] },
    { size: [128, 96], split: "validation" },
  ]);
  using data = await RunData.open(configOf({ data: [path], batch: 6 }));
  const { buckets, name } = data.clips("vae", "train", 100);
  assert.match(name, /^3 shots of mine \([0-9a-f]{8}\), train$/);
  assert.deepEqual(
    buckets.map(({ shape, batch }) => ({ ...shape, batch })),
    [
      { frames: 8, height: 48, width: 64, fps: 8, batch: 2 },
      { frames: 8, height: 64, width: 48, fps: 8, batch: 2 },
    ],
  );
  // Shots of 2 s hold two clips of 1 s, seen four times an epoch.
  assert.deepEqual(buckets.map(({ source }) => source.length), [8, 4]);
  const [wide] = buckets;
  const { id, clip } = await wide!.source.clipAt(1, wide!.shape, new Rng(1));
  assert.match(id, /^1{16}-0000@/);
  assert.deepEqual([clip.width, clip.height], [64, 48]);
  const held = data.clips("vae", "validation", 100).buckets;
  assert.deepEqual(held.map(({ source }) => source.length), [4]);
});

Deno.test("RunData mixes sources and the world exactly by their weights", async () => {
  await using folder = await temporaryFolder();
  const a = await writeData(folder.file("a"), [{ caption: "an a" }]);
  const b = await writeData(folder.file("b"), [
    { caption: "a b" },
    { caption: "another b" },
  ]);
  using data = await RunData.open(
    configOf({ data: [`${a}:3`, b], world: 2, size: "32x32" }),
  );
  const { buckets, name } = data.clips("phase1", "train", 24);
  assert.match(
    name,
    /^3 x 1 shot of a \(.{8}\) \+ 1 x 2 shots of b \(.{8}\) \+ 2 x synthetic phase 1 train, train$/,
  );
  const { source } = buckets[0]!;
  assert.equal(source.length, 24);
  const captions: string[] = [];
  for (let i = 0; i < 24; i++) {
    captions.push((await source.captionAt!(i, new Rng(i))).caption);
  }
  const count = (wanted: string[]) =>
    captions.filter((caption) => wanted.includes(caption)).length;
  assert.deepEqual(
    [count(["an a"]), count(["a b", "another b"])],
    [12, 4],
  );
});

Deno.test("phases take their own shots, phase 5 and no curriculum all, --fill the nearest", async () => {
  await using folder = await temporaryFolder();
  const path = await writeData(folder.file("d"), [
    { phase: 1, caption: "calm" },
    { phase: 1, caption: "nearly lively", subjects: 1.9 },
    { phase: 1, split: "validation", caption: "held out" },
    { phase: 3, caption: "fast" },
  ]);
  const shotsOf = async (
    stage: "vae" | `phase${Phase}`,
    flags: Readonly<Record<string, unknown>> = {},
    split: "train" | "validation" = "train",
  ) => {
    using data = await RunData.open(configOf({ data: [path], ...flags }));
    return data.clips(stage, split, 9).parts
      .flatMap(({ shots }) => shots.map(({ captions }) => captions[0]!.text));
  };
  const all = ["calm", "nearly lively", "fast"];
  assert.deepEqual(await shotsOf("vae"), all);
  assert.deepEqual(await shotsOf("phase1"), ["calm", "nearly lively"]);
  assert.deepEqual(await shotsOf("phase3"), ["fast"]);
  assert.deepEqual(await shotsOf("phase5"), all);
  assert.deepEqual(await shotsOf("phase2", { curriculum: "none" }), all);
  assert.deepEqual(
    await shotsOf("phase2", { fill: true, batch: 1 }),
    ["nearly lively"],
  );
  // No held-out shot of phase 3: those of all phases measure it.
  assert.deepEqual(await shotsOf("phase3", {}, "validation"), ["held out"]);
  await assert.rejects(shotsOf("phase2"), {
    name: "InputError",
    message:
      `Cannot train phase2 on "${path}": there must be a training shot ` +
      "for it: the manifest gives none to this stage; pass --curriculum none " +
      "for all shots in each stage, --fill for the shots that are nearest to " +
      "it, or ingest more videos",
  });
});

Deno.test("an epoch of few clips takes shots at random, and says what it leaves out", async () => {
  await using folder = await temporaryFolder();
  const shots = Array.from(
    { length: 12 },
    (_, i) => ({ caption: `${i < 6 ? "early" : "late"} ${i}` }),
  );
  const few = await writeData(folder.file("few"), shots.slice(0, 11));
  const all = await writeData(folder.file("all"), shots);
  const captionsOf = async (path: string): Promise<string[]> => {
    using data = await RunData.open(configOf({ data: [path], samples: 6 }));
    const { buckets, leftOut } = data.clips("vae", "train", 6);
    assert.equal(leftOut, path === all ? 6 : 5);
    const lines = await describeData(data, ["vae"], {});
    assert.match(
      lines.at(-1)!,
      path === all
        ? /^vae: 6 clips an epoch, .*; 6 shots in no epoch: more --samples or --max-steps take them$/
        : /; 5 shots in no epoch/,
    );
    const { source } = buckets[0]!;
    return await Promise.all(
      Array.from(
        { length: 6 },
        async (_, i) => (await source.captionAt!(i, new Rng(0))).caption,
      ),
    );
  };
  const chosen = await captionsOf(all);
  const early = chosen.filter((caption) => caption.startsWith("early")).length;
  assert.ok(early > 1 && early < 5, chosen.join());
  // Another shot takes a place among them, and moves none before it.
  const before = await captionsOf(few);
  const kept = chosen.filter((caption) => caption !== "late 11");
  assert.deepEqual(before.slice(0, kept.length), kept);
  using whole = await RunData.open(configOf({ data: [all] }));
  assert.equal(whole.clips("vae", "train", 100).leftOut, 0);
});

Deno.test("describeData() names the languages of captions, or none", async () => {
  await using folder = await temporaryFolder();
  const textOf = async (name: string, languages: readonly string[]) => {
    const path = await writeData(
      folder.file(name),
      languages.map((language) => ({ caption: `in ${language}` })),
    );
    const manifest = `${path}/manifest.jsonl`;
    const rows = (await Deno.readTextFile(manifest)).trimEnd().split("\n");
    const changed = rows.map((row, i) =>
      row.replace('"language":"en"', `"language":"${languages[i]}"`)
    );
    await Deno.writeTextFile(manifest, `${changed.join("\n")}\n`);
    using data = await RunData.open(configOf({ data: [path] }));
    const [line] = await describeData(data, [], {});
    return /captions?, (.*)$/.exec(line!)?.[1];
  };
  assert.equal(await textOf("none", ["und"]), "of no known language");
  assert.equal(
    await textOf("some", ["en", "und", "de"]),
    "languages de en, some of no known language",
  );
});

Deno.test("shots too short for a clip are left out with the reason; none is an error", async () => {
  await using folder = await temporaryFolder();
  const path = await writeData(folder.file("d"), [
    { seconds: 2 },
    { seconds: 0.3 },
  ]);
  const config = configOf({ data: [path], fps: 8 });
  using data = await RunData.open(config);
  const lines = await describeData(data, ["vae"], {});
  assert.match(
    lines.join("\n"),
    /vae: d: 1 shot, 2\.0 s .*; 1 shot left out: they are shorter than 8 frames at 8 fps/,
  );
  assert.match(
    lines[0]!,
    /2 shots without captions: the model will be unconditional/,
  );
  using fast = await RunData.open(configOf({ data: [path], fps: 16 }));
  assert.match(
    (await describeData(fast, ["vae"], {})).join("\n"),
    /; 1 shot of a lower frame rate: 38 % of the frames of their clips repeat; --fps 10 takes the source's rate/,
  );
  using long = await RunData.open(
    configOf({ data: [path], frames: 32, fps: 8 }),
  );
  assert.throws(() => long.clips("vae", "train", 8), {
    name: "InputError",
    message:
      `Cannot train vae on "${path}": a shot must hold a clip of about ` +
      "32x32x32 at 8 fps: none does: 2 shots: they are shorter than 32 frames " +
      "at 8 fps; pass a smaller --frames or a higher --fps",
  });
});

Deno.test("RunData names a folder without a manifest, and videos that moved", async () => {
  await using folder = await temporaryFolder();
  await assert.rejects(RunData.open(configOf({ data: [folder.path] })), {
    name: "InputError",
    message:
      `Cannot train on "${folder.path}": it must be a folder that deno ` +
      "task ingest wrote: it has no manifest.jsonl; run deno task ingest " +
      `VIDEOS --out ${folder.path}`,
  });
  const path = await writeData(folder.file("d"), [{}, {}]);
  await Deno.remove(`${path}/0.mp4`);
  using _data = await RunData.open(configOf({ data: [path] }));
  await Deno.remove(`${path}/1.mp4`);
  await assert.rejects(RunData.open(configOf({ data: [path] })), {
    name: "InputError",
    message:
      /^Cannot train on ".*manifest\.jsonl": its files must lie where it says, .*: none of 2 that were tried is there, such as ".*0\.mp4"; move the folders back, or ingest again$/,
  });
});
