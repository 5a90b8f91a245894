import { InputError } from "../../core/mod.ts";
import {
  loadI3d,
  loadInception,
  loadLpips,
  loadWorld3d,
  type Trunk,
  TRUNKS,
} from "../../evaluation/mod.ts";
import {
  INCEPTION_FILE,
  WEIGHTS,
  type WeightsEntry,
  WORLD3D_WEIGHTS,
} from "./catalogue.ts";

/** Lists the weights: which are present, where to get others, and alternatives. */
export async function weightsText(folder: string): Promise<string> {
  const parts = [
    await stateOf(
      "world3d: FWD, adherence, perceptual distance; shipped",
      WORLD3D_WEIGHTS,
      () => loadWorld3d(WORLD3D_WEIGHTS),
      ["train it: deno task world3d"],
    ),
  ];
  parts.push(
    await stateOf(
      "inception: FPD, distance of pictures, --perceptual; in an npm package",
      `${folder}/${INCEPTION_FILE}`,
      () => loadInception(`${folder}/${INCEPTION_FILE}`),
      [
        "converted at its first use, or by: deno task weights convert inception",
      ],
    ),
  );
  const load = new Map<WeightsEntry, () => Promise<{ digest: string }>>([
    [WEIGHTS.i3d, () => loadI3d(`${folder}/${WEIGHTS.i3d.file}`)],
    ...TRUNKS.map((trunk: Trunk) =>
      [
        WEIGHTS[trunk],
        () => loadLpips(`${folder}/${WEIGHTS[trunk].file}`, trunk),
      ] as const
    ),
  ]);
  for (const [entry, read] of load) {
    parts.push(
      await stateOf(
        `${entry.name}: ${entry.gives}`,
        `${folder}/${entry.file}`,
        read,
        [
          ...entry.sources.map(({ name, where }) => `get ${name}: ${where}`),
          `then: ${entry.command}`,
          `without it: ${entry.without}`,
        ],
      ),
    );
  }
  return parts.join("\n");
}

async function stateOf(
  title: string,
  path: string,
  read: () => Promise<{ digest: string }>,
  help: readonly string[],
): Promise<string> {
  if (!await Deno.stat(path).catch(() => undefined)) {
    return [`missing  ${title}`, ...help.map((line) => `         ${line}`)]
      .join("\n");
  }
  try {
    const { digest } = await read();
    return `there    ${title}\n         ${path}, SHA-256 ${
      digest.slice(0, 16)
    }...`;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return `damaged  ${title}\n         ${error.message}`;
  }
}
