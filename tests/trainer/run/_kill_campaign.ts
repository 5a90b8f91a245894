import assert from "node:assert/strict";
import { Rng } from "lib/core/mod.ts";
import {
  digestOf,
  readSafetensors,
  type SafetensorsContent,
} from "lib/formats/safetensors/mod.ts";
import { startTask } from "../../recipes/_task_process.ts";

/** What a campaign does. */
export interface Campaign {
  /** Exists; both runs lie in it. */
  readonly folder: string;
  /** Kills of the broken run, at random moments. */
  readonly kills: number;
  readonly seed: number;
  /** Updates of each of its stages. */
  readonly maxSteps: number;
  /** Weights of a VAE; left out, the runs train one, which is a third stage. */
  readonly vae?: string;
  /** Folder of ingested video; left out, the synthetic world. */
  readonly data?: string;
  say(line: string): void;
}

/**
 * Trains the same run twice, once straight and once killed again and again,
 * and asserts that both leave the same bits, and that no kill ever left a
 * checkpoint that cannot be read. Phase 4 and phase 5 and, unless there is one,
 * a VAE: one boundary or two.
 */
export async function runCampaign(
  { folder, kills, seed, maxSteps, vae, data, say }: Campaign,
): Promise<void> {
  const args = (run: string): string[] => [
    ...["--preset", "tiny", "--run", `${folder}/${run}`],
    ...["--start-phase", "4", "--max-steps", String(maxSteps)],
    ...["--evaluate-every", String(Math.ceil(maxSteps / 2))],
    ...["--held-out", "4", "--save-every", "0", "--keep-last", "3"],
    ...(vae === undefined ? [] : ["--vae", vae]),
    ...(data === undefined
      ? []
      : ["--data", data, "--curriculum", "none", "--batch", "2"]),
  ];
  const begun = performance.now();
  await finish(args("straight"));
  const seconds = (performance.now() - begun) / 1000;
  say(`straight: ${seconds.toFixed(1)} s`);

  const rng = new Rng(seed);
  for (let kill = 0; kill < kills;) {
    // Now before it has begun, now in the middle, now just about at its end.
    const moment = (0.05 + 0.75 * rng.uniform()) * seconds * 1000;
    const isKilled = await killed(args("broken"), moment);
    const files = await checkedFiles(`${folder}/broken`);
    if (isKilled) {
      kill++;
      say(`kill ${kill} after ${Math.round(moment)} ms: ${files} whole files`);
      continue;
    }
    // It got to its end between two kills: another run takes the rest.
    await assertSameRuns(folder);
    await Deno.remove(`${folder}/broken`, { recursive: true });
    say("a broken run got to its end, with the bits of the straight one");
  }
  await finish(args("broken"));
  await assertSameRuns(folder);
}

async function finish(args: readonly string[]): Promise<void> {
  await using process = startTask("train", args);
  const { code, stderr } = await process.ended;
  assert.equal(code, 0, stderr);
}

/** Starts a run and kills it after a while; false if it ended before. */
async function killed(
  args: readonly string[],
  after: number,
): Promise<boolean> {
  await using process = startTask("train", args);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const time = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, after);
  });
  await Promise.race([process.ended, time]);
  clearTimeout(timer);
  process.kill("SIGKILL");
  const { signal, code, stderr } = await process.ended;
  if (signal === "SIGKILL") return true;
  assert.equal(code, 0, stderr);
  return false;
}

/** Reads all checkpoints and weights of a run to the last byte. */
async function checkedFiles(run: string): Promise<number> {
  let count = 0;
  for (const path of await filesOf(run, ".safetensors")) {
    const { metadata, tensors } = await readSafetensors(path);
    if (metadata.digest) {
      assert.equal(digestOf(tensors), metadata.digest, path);
    }
    count++;
  }
  return count;
}

/** Asserts that two runs left the same, but for how long they took. */
async function assertSameRuns(folder: string): Promise<void> {
  const [straight, broken] = await Promise.all(
    ["straight", "broken"].map((run) => filesOf(`${folder}/${run}`, "")),
  );
  const names = (files: readonly string[], run: string): string[] =>
    files.map((file) => file.slice(`${folder}/${run}`.length))
      .filter((name) =>
        !/\/(\.lock|tensorboard|machine|report|summary)/.test(name)
      );
  assert.deepEqual(names(broken!, "broken"), names(straight!, "straight"));
  for (const name of names(straight!, "straight")) {
    const [a, b] = [`${folder}/straight${name}`, `${folder}/broken${name}`];
    if (name.endsWith(".safetensors")) {
      assert.deepEqual(await contentOf(b), await contentOf(a), name);
    } else {
      assert.deepEqual(await Deno.readFile(b), await Deno.readFile(a), name);
    }
  }
}

/** Tensors as a digest, and metadata without the seconds and their seal. */
async function contentOf(path: string): Promise<unknown> {
  const { metadata, tensors }: SafetensorsContent = await readSafetensors(path);
  const { progress, seal, ...rest } = metadata;
  const { seconds: _, ...stands } = JSON.parse(progress ?? "{}");
  // Only checkpoints hold seconds.
  const own = progress === undefined && { seal };
  return { ...rest, ...own, stands, tensors: digestOf(tensors) };
}

async function filesOf(folder: string, suffix: string): Promise<string[]> {
  const files: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      const path = `${folder}/${name}`;
      if (isDirectory) files.push(...await filesOf(path, suffix));
      // What is half-written has another name, and goes at the next start.
      else if (name.endsWith(suffix) && !name.startsWith(".partial-")) {
        files.push(path);
      }
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return files.sort();
}
