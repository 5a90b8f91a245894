import assert from "node:assert/strict";
import {
  InputError,
  messageOf,
  Rng,
  silentProgress,
  StoppedError,
} from "lib/core/mod.ts";
import { readJsonl } from "lib/formats/jsonl/mod.ts";
import { digestOf, readSafetensors } from "lib/formats/safetensors/mod.ts";
import { runConfigOf, trainFlags } from "lib/recipes/train/mod.ts";
import { type RunConfig, type TrainHost, trainRun } from "lib/trainer/mod.ts";

/** What a campaign does. */
export interface Campaign {
  /** Exists; all runs lie in it. */
  readonly folder: string;
  /** Runs, each with one file damaged. */
  readonly cases: number;
  readonly seed: number;
  /** Weights of a VAE; left out, the run trains one. */
  readonly vae?: string;
  readonly startPhase: 4 | 5;
  say(line: string): void;
}

/** How a damaged run ended: with its losses, or with a named error. */
export type Outcome = "same losses" | "named error";

/** Updates of a stage; the run was stopped after half of those of phase 5. */
const STEPS = 4;

/** What may happen to a file. */
const DAMAGES = ["flipped", "cut", "removed", "emptied"] as const;

/**
 * Stops a run in the middle of phase 5, and again and again damages one file of
 * a copy of it and runs the same command. Asserts that each ends in an
 * `InputError`, or in the losses and weights of the undamaged run, bit for bit.
 *
 * @returns how often each outcome was seen, by the kind of the file and damage.
 */
export async function runCorruptions(
  { folder, cases, seed, vae, startPhase, say }: Campaign,
): Promise<Map<string, Map<Outcome, number>>> {
  const configOf = (run: string): RunConfig =>
    runConfigOf(trainFlags.parse({
      ...{ preset: "tiny", run: `${folder}/${run}`, startPhase, vae },
      ...{ maxSteps: STEPS, evaluateEvery: STEPS / 2, snapshots: 2 },
      ...{ heldOut: 2, saveEvery: 0, keepLast: 2, device: "cpu" },
      ...{ size: 16, batch: 2 },
    }));
  await assert.rejects(
    trainRun(configOf("stopped"), "train", hostStoppedAt("phase5", STEPS / 2)),
    StoppedError,
  );
  const files = await filesOf(`${folder}/stopped`);
  await copyFolder(`${folder}/stopped`, `${folder}/straight`);
  await trainRun(configOf("straight"), "train", hostStoppedAt());
  const wanted = await resultOf(`${folder}/straight`);

  const rng = new Rng(seed);
  const seen = new Map<string, Map<Outcome, number>>();
  for (let n = 0; n < cases; n++) {
    // Each kind of file as often, however many files it has.
    const kind = rng.pick([...new Set(files.map(kindOf))]);
    const file = rng.pick(files.filter((file) => kindOf(file) === kind));
    const damage = rng.pick(DAMAGES);
    await copyFolder(`${folder}/stopped`, `${folder}/damaged`);
    const place = await damageFile(`${folder}/damaged${file}`, damage, rng);
    const outcome = await outcomeOf(configOf("damaged"), wanted, file, damage);
    say(`${n + 1}: ${file} ${damage}${place}: ${outcome.text}`);
    const row = `${kind}, ${damage}`;
    const counts = seen.get(row) ?? new Map<Outcome, number>();
    counts.set(outcome.kind, (counts.get(outcome.kind) ?? 0) + 1);
    seen.set(row, counts);
    await Deno.remove(`${folder}/damaged`, { recursive: true });
  }
  return seen;
}

/** Runs the command again on a damaged run. */
async function outcomeOf(
  config: RunConfig,
  wanted: Result,
  file: string,
  damage: typeof DAMAGES[number],
): Promise<{ kind: Outcome; text: string }> {
  const lines: string[] = [];
  try {
    await trainRun(config, "train", hostStoppedAt(undefined, 0, lines));
  } catch (error) {
    assert.ok(
      error instanceof InputError,
      `${file} ${damage}: ${error instanceof Error ? error.stack : error}`,
    );
    return { kind: "named error", text: messageOf(error) };
  }
  const found = await resultOf(config.run);
  // Only a metrics file that was removed begins anew, with a note.
  const isNew = file === "/metrics.jsonl" && damage === "removed";
  assert.ok(
    !isNew || lines.some((line) => /was removed: a new one/.test(line)),
  );
  const losses = isNew
    ? wanted.losses.slice(-found.losses.length)
    : wanted.losses;
  assert.deepEqual(found.losses, losses, `${file} ${damage}`);
  assert.deepEqual(found.weights, wanted.weights, `${file} ${damage}`);
  const said = lines.find((line) => /again|left out|note/.test(line));
  return { kind: "same losses", text: said ?? "same losses" };
}

/** A host that stops the run at a step of a stage, and keeps what is logged. */
function hostStoppedAt(
  stage?: string,
  step = 0,
  lines: string[] = [],
): TrainHost {
  const abort = new AbortController();
  return {
    progress: silentProgress,
    signal: abort.signal,
    clock: () => performance.now(),
    now: () => new Date(0),
    log: (line) => void lines.push(line),
    display(record) {
      if (record.stage === stage && record.step === step) abort.abort();
    },
  };
}

/** What training made: all records of the metrics, and all weights. */
interface Result {
  readonly losses: readonly unknown[];
  /** Digests by file. */
  readonly weights: Readonly<Record<string, string>>;
}

async function resultOf(run: string): Promise<Result> {
  const weights: Record<string, string> = {};
  for (const file of await filesOf(run)) {
    if (!/^\/[a-z0-9]+\.safetensors$/.test(file)) continue;
    const content = await readSafetensors(`${run}${file}`)
      .catch(() => undefined);
    weights[file] = content ? digestOf(content.tensors) : "unreadable";
  }
  return { losses: await readJsonl(`${run}/metrics.jsonl`), weights };
}

/** Damages a file; returns where, for the log. */
async function damageFile(
  path: string,
  damage: typeof DAMAGES[number],
  rng: Rng,
): Promise<string> {
  const bytes = await Deno.readFile(path);
  if (damage === "removed" || bytes.length === 0) {
    await Deno.remove(path);
    return "";
  }
  if (damage === "emptied") {
    await Deno.truncate(path);
    return "";
  }
  // As often in the header of a large file as in its data.
  const end = rng.uniform() < 0.5 ? Math.min(4096, bytes.length) : bytes.length;
  const at = rng.integer(end);
  if (damage === "cut") await Deno.truncate(path, at);
  else {
    bytes[at]! ^= 1 << rng.integer(8);
    await Deno.writeFile(path, bytes);
  }
  return ` at byte ${at} of ${bytes.length}`;
}

/** The kind of a file: its path without numbers and digests. */
function kindOf(file: string): string {
  return file
    .replace(/^\/(tensorboard|samples|latents)\/.*/, "$1")
    .replace(/^\/(vae|text|phase\d)\/(step|averages)-.*/, "$2-*")
    .replace(/^\/(vae|text|phase\d)\//, "")
    .replace(/^\//, "");
}

async function filesOf(folder: string, path = ""): Promise<string[]> {
  const files: string[] = [];
  for await (const entry of Deno.readDir(folder + path)) {
    const inner = `${path}/${entry.name}`;
    if (entry.isDirectory) files.push(...await filesOf(folder, inner));
    else files.push(inner);
  }
  return files.sort();
}

async function copyFolder(from: string, to: string): Promise<void> {
  for (const file of await filesOf(from)) {
    const path = to + file;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.copyFile(from + file, path);
  }
}
