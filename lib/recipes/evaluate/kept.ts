import { InputError, writeFileAtomically } from "../../core/mod.ts";
import {
  loadStatistics,
  saveStatistics,
  settingOf,
} from "../../evaluation/mod.ts";
import type { Lookers, Looks } from "./look.ts";
import type { Questions } from "./questions.ts";

/**
 * What is known of the clips of questions: found out once, then kept, so that
 * an evaluation that was stopped goes on where it was.
 *
 * @param folder Of what is kept.
 * @param made Names how the clips are made, plain data: the same, the same
 *   clips.
 */
export async function keptLooks(
  folder: string,
  made: unknown,
  questions: Questions,
  { world3d, distances }: Lookers,
  look: () => Promise<Looks>,
): Promise<Looks> {
  const { shape } = world3d;
  const asked = [];
  for (let i = 0; i < questions.count; i++) asked.push(await questions.at(i));
  const name = {
    made,
    asked: await digestOf(new TextEncoder().encode(JSON.stringify(asked))),
    // Another rendering is another world: the first clip tells it.
    world: await digestOf((await questions.film(0, shape)).data),
    judge: settingOf(world3d, shape),
    distances: distances.map((network) => settingOf(network, shape)),
  };
  const key = await digestOf(new TextEncoder().encode(JSON.stringify(name)));
  const base = `${folder}/looks-${key.slice(0, 32)}`;
  const kept = await readLooks(base, distances.length);
  if (kept) return kept;
  const looks = await look();
  await Deno.mkdir(folder, { recursive: true });
  const { features, ...numbers } = looks;
  for (const [i, summary] of features.entries()) {
    await saveStatistics(`${base}-${i}.safetensors`, summary);
  }
  // Last of all: what has it is whole.
  await writeFileAtomically(`${base}.json`, JSON.stringify({ name, numbers }));
  return looks;
}

/** What was kept, if all of it is there and whole. */
async function readLooks(
  base: string,
  networks: number,
): Promise<Looks | undefined> {
  try {
    const { numbers } = JSON.parse(await Deno.readTextFile(`${base}.json`));
    const features = [];
    for (let i = 0; i < networks; i++) {
      features.push(await loadStatistics(`${base}-${i}.safetensors`));
    }
    return { ...numbers, features };
  } catch (error) {
    if (
      error instanceof Deno.errors.NotFound || error instanceof InputError ||
      error instanceof SyntaxError
    ) return undefined;
    throw error;
  }
}

async function digestOf(
  bytes: Float32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>,
): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return new Uint8Array(digest).toHex();
}
