import assert from "node:assert/strict";
import fc from "fast-check";
import { profileOfChoice } from "lib/compiler/mod.ts";
import { runConfigOf, trainFlags } from "lib/recipes/train/mod.ts";
import {
  choicesFor,
  type Estimate,
  firstThatFits,
  fits,
  flagsText,
  memoryLines,
  type Setting,
  settingsOf,
  type Stage,
  StepCosts,
  type StepOutline,
  stepPlan,
} from "lib/trainer/mod.ts";

const configOf = (flags: Record<string, unknown>) =>
  runConfigOf(trainFlags.parse({ preset: "base", batch: 4, ...flags }));

/** A step of which only the memory matters, and a lower bound of it. */
const taking = (deviceBytes: number, atLeast = 0): StepOutline => ({
  atLeast: { deviceBytes: atLeast, hostBytes: 0 },
  estimate: () => ({ deviceBytes, hostBytes: 0 }) as Estimate,
});

const onCard = (device: number) => ({ device, host: 0, shared: false });

Deno.test("settingsOf() recomputes, halves the batch, then takes smaller optimisers", () => {
  assert.deepEqual(
    settingsOf(configOf({ optimiser: "muon-adafactor" }), "phase1", true)
      .map(flagsText),
    ["muon-adafactor", "adafactor"].flatMap((optimiser) =>
      [
        "--batch 4 --accumulation 1",
        "--batch 4 --accumulation 1 --recompute",
        "--batch 2 --accumulation 2 --recompute",
        "--batch 1 --accumulation 4 --recompute",
      ].map((flags) => `${flags} --optimiser ${optimiser}`)
    ),
  );
});

Deno.test("settingsOf() moves the EMAs of a card to the host and updates by layers first", () => {
  const small = " --averages host --update layers";
  assert.deepEqual(
    settingsOf(configOf({ batch: 6 }), "vae", false).slice(0, 4)
      .map(flagsText),
    [
      "--batch 6 --accumulation 1",
      "--batch 6 --accumulation 1" + small,
      "--batch 6 --accumulation 1 --recompute" + small,
      "--batch 3 --accumulation 2 --recompute" + small,
    ],
  );
});

Deno.test("settingsOf() moves tables of embeddings to the host where they are trained", () => {
  const second = (stage: Stage, flags = {}) =>
    flagsText(settingsOf(configOf(flags), stage, false)[1]!);
  const batch = "--batch 4 --accumulation 1 ";
  const small = "--averages host --update layers";
  const embeddings = " --embeddings host";
  assert.equal(second("phase1"), batch + small + embeddings);
  assert.equal(second("text"), batch + small + embeddings);
  assert.equal(second("vae"), batch + small);
  const lora = { lora: "4", finetune: "checkpoints/nano" };
  assert.equal(second("phase1", lora), batch + small);
});

Deno.test("settingsOf() moves sums of a card's gradients to the host last, before crops", () => {
  const lines = (stage: Stage, shared: boolean) =>
    settingsOf(configOf({ batch: 2 }), stage, shared).map(flagsText);
  const small = "--recompute --averages host --update layers";
  const sums = `--batch 1 --accumulation 2 ${small} --gradient-sums host`;
  assert.equal(lines("vae", false)[4], sums);
  assert.equal(lines("vae", false)[5], `${sums} --crop 192x192x16`);
  assert.ok(!lines("vae", true).some((line) => line.includes("sums")));
});

Deno.test("settingsOf() leaves the state that ranks share where it is", () => {
  const all = settingsOf(configOf({ shardOptimiser: true }), "phase1", false);
  assert.ok(all.length > 1);
  for (const { averages, update } of all) {
    assert.deepEqual([averages, update], ["device", "whole"]);
  }
});

Deno.test("settingsOf() sums no gradients that the norm before clips", () => {
  const config = configOf({ gradientClipping: "previous" });
  for (const shared of [false, true]) {
    const all = settingsOf(config, "phase1", shared);
    assert.ok(all.some(({ recompute }) => recompute));
    for (const { accumulation, update } of all) {
      assert.deepEqual([accumulation, update], [1, "whole"]);
    }
  }
});

Deno.test("stepPlan() has the crops of the VAE, and whole clips of a phase", () => {
  const config = configOf({ size: "256", frames: 24 });
  const setting = {
    ...{ batch: 2, accumulation: 3 },
    crop: { width: 128, height: 96, frames: 64 },
  };
  const sizeOf = (stage: "vae" | "phase1") => {
    const { width, height, frames, batch, accumulation } = stepPlan(
      config,
      stage,
      setting,
    );
    return [width, height, frames, batch, accumulation];
  };
  assert.deepEqual(sizeOf("vae"), [128, 96, 24, 2, 3]);
  assert.deepEqual(sizeOf("phase1"), [256, 256, 24, 2, 3]);
});

Deno.test("settingsOf() keeps every update to the same clips", () => {
  const all = settingsOf(configOf({ recompute: true }), "phase2", false);
  for (const { batch, accumulation } of all) {
    assert.equal(batch * accumulation, 4);
  }
});

Deno.test("firstThatFits() stops at the first that fits, and tries all if none does", () => {
  const settings = settingsOf(configOf({}), "phase1", true).slice(0, 4);
  const peaks = (limit: number): number[] =>
    firstThatFits(
      settings,
      onCard(limit),
      ({ batch, recompute }) => taking(batch * (recompute ? 100 : 300)),
    ).tried.map((one) => "estimate" in one ? one.estimate.deviceBytes : NaN);
  assert.deepEqual(peaks(2000), [1200]);
  assert.deepEqual(peaks(250), [1200, 400, 200]);
  assert.deepEqual(peaks(10), [1200, 400, 200, 100]);
});

Deno.test("firstThatFits() chooses as if it estimated every setting, and estimates fewer", () => {
  const settings = settingsOf(configOf({ batch: 2 }), "phase1", false);
  const bytes = fc.array(fc.tuple(fc.nat(9), fc.nat(9)), {
    minLength: settings.length,
    maxLength: settings.length,
  });
  fc.assert(fc.property(bytes, fc.nat(12), (all, limit) => {
    const estimated: number[] = [];
    const { requested, chosen, tried } = firstThatFits(
      settings,
      onCard(limit),
      (setting) => {
        const place = settings.indexOf(setting);
        const [atLeast, more] = all[place]!;
        const { estimate, ...step } = taking(atLeast + more, atLeast);
        return {
          ...step,
          estimate() {
            estimated.push(place);
            return estimate();
          },
        };
      },
    );
    const first = all.findIndex(([atLeast, more]) => atLeast + more <= limit);
    const end = first < 0 ? settings.length - 1 : first;
    assert.equal(requested.setting, settings[0]);
    assert.equal(chosen.setting, settings[end]);
    assert.deepEqual(
      tried.map(({ setting }) => setting),
      settings.slice(0, end + 1),
    );
    assert.deepEqual(
      estimated,
      settings.keys().filter((place) =>
        place <= end &&
        (place === 0 || place === settings.length - 1 ||
          all[place]![0] <= limit)
      ).toArray(),
    );
  }));
});

Deno.test("choicesFor() estimates with shared costs what it estimates without", async () => {
  const config = runConfigOf(
    trainFlags.parse({ preset: "tiny", size: "16", frames: 4, batch: 2 }),
  );
  const profile = (await profileOfChoice("webgpu"))!;
  const shared = new StepCosts();
  for (const [stage, count] of [["phase1", 10], ["vae", 4]] as const) {
    const chosen = (setting: Setting, costs: StepCosts): Estimate =>
      choicesFor(
        {
          ...config,
          ...setting,
          plans: {
            ...config.plans,
            [stage]: { ...config.plans[stage], ...setting },
          },
        },
        stage,
        onCard(Infinity),
        profile,
        { processBytes: 0, costs },
      ).requested.estimate;
    for (const setting of settingsOf(config, stage, false).slice(0, count)) {
      assert.deepEqual(
        chosen(setting, shared),
        chosen(setting, new StepCosts()),
      );
    }
  }
});

const OPTIONS = runConfigOf(trainFlags.parse({ preset: "tiny", batch: 8 }));

Deno.test("fits() compares the sum where a device computes in the process's memory", () => {
  const estimate = { deviceBytes: 5, hostBytes: 3 };
  const limits = { device: 4, host: 4 };
  assert.ok(fits(estimate, { ...limits, shared: true }));
  assert.ok(!fits(estimate, { ...limits, shared: false }));
  assert.ok(fits(estimate, { device: 5, host: 3, shared: false }));
});

const CPU = { name: "cpu" } as const;

Deno.test("memoryLines() compares each stage with the available memory", async () => {
  const stages = ["vae", "text", "phase1"] as const;
  const memory = { free: 7e9, process: 2e8 };
  const lines = await memoryLines(() => OPTIONS, stages, CPU, memory);
  assert.deepEqual(
    lines.map((line) => line.replace(/\d+ MB/, "N MB")),
    stages.map((stage) =>
      `memory of ${stage}: about N MB of 7.20 GB available`
    ),
  );
  const [line] = await memoryLines(
    () => OPTIONS,
    ["vae"],
    { name: "webgpu" },
    memory,
  );
  assert.match(line!, / available, and \d+\.?\d* MB of the device$/);
});

Deno.test("memoryLines() refuses a stage that does not fit and names a setting that does", async () => {
  const options = runConfigOf(trainFlags.parse({ preset: "nano", batch: 32 }));
  await assert.rejects(
    () => memoryLines(() => options, ["vae"], CPU, { free: 8e8, process: 2e8 }),
    {
      name: "InputError",
      message:
        /^Cannot train vae: not enough memory: needs [\d.]+ GB, 1\.00 GB available; --batch \d+ --accumulation \d+ --recompute takes \d+ MB$/,
    },
  );
  await assert.rejects(
    () =>
      memoryLines(() => OPTIONS, ["phase1"], CPU, { free: 1e6, process: 1e6 }),
    {
      name: "InputError",
      message:
        /^Cannot train phase1: .* 2\.00 MB available; choose a smaller preset or --size$/,
    },
  );
});
