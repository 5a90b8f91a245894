import { InputError, writeFileAtomically } from "../../core/mod.ts";
import {
  loadStatistics,
  saveStatistics,
  settingOf,
} from "../../evaluation/mod.ts";
import { lookAt, type Lookers, type Looks } from "./look.ts";
import type { WorldQuestions } from "./questions.ts";

/**
 * What is known of the real clips of so many questions: the reference of
 * distances and the ceiling of adherence. Looked at once, then kept.
 *
 * @param folder Of what is kept.
 */
export async function realLooks(
  questions: WorldQuestions,
  count: number,
  lookers: Lookers,
  work: Omit<Parameters<typeof lookAt>[4], "label">,
  folder: string,
): Promise<Looks> {
  const { frames, size, fps } = lookers.world3d.config;
  const shape = { frames, height: size, width: size, fps };
  const networks = [
    lookers.world3d,
    ...(lookers.i3d ? [lookers.i3d] : []),
  ];
  const name = {
    settings: networks.map((network) => settingOf(network, shape)),
    phase: questions.phase,
    seed: questions.seed,
    languages: questions.languages,
    count,
    // Another rendering is another world: the first clip tells it.
    first: await digestOf((await questions.film(0, shape)).data),
  };
  const key = (await digestOf(
    new TextEncoder().encode(JSON.stringify(name)),
  )).slice(0, 32);
  const base = `${folder}/real-${key}`;
  const kept = await keptLooks(base, networks.length);
  if (kept) return kept;
  const looks = await lookAt(
    questions,
    count,
    (from, to) =>
      Promise.all(
        Array.from(
          { length: to - from },
          (_, i) => questions.film(from + i, shape),
        ),
      ),
    lookers,
    { ...work, label: `real clips, phase ${questions.phase}` },
  );
  await Deno.mkdir(folder, { recursive: true });
  for (const [i, features] of looks.features.entries()) {
    await saveStatistics(`${base}-${i}.safetensors`, features);
  }
  const { adherence, temporal } = looks;
  await writeFileAtomically(
    `${base}.json`,
    JSON.stringify({ name, adherence, temporal }),
  );
  return looks;
}

/** What was kept, if all of it is there and whole. */
async function keptLooks(
  base: string,
  networks: number,
): Promise<Looks | undefined> {
  try {
    const { adherence, temporal } = JSON.parse(
      await Deno.readTextFile(`${base}.json`),
    );
    const features = [];
    for (let i = 0; i < networks; i++) {
      features.push(await loadStatistics(`${base}-${i}.safetensors`));
    }
    return { features, adherence, temporal };
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
