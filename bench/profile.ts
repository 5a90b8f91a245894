import type { Profile, ProfileRow } from "./result.ts";

/** Where the runtime writes its profiles; git does not keep it. */
const FOLDER = "runs/bench_profile";
/** Rows that are kept. */
const MOST_ROWS = 20;

/** An event of a trace as Chrome and ONNX Runtime write it; times in microseconds. */
interface TraceEvent {
  readonly cat?: string;
  readonly name?: string;
  readonly dur?: number;
  readonly args?: {
    readonly op_name?: string;
    readonly input_type_shape?: readonly Record<string, readonly number[]>[];
  };
}

/**
 * Profiles some work.
 *
 * @param work Makes a session with the prefix as its option `profile`, runs
 *   it so many times, and disposes of it, which writes the profile.
 */
export async function profileOf(
  runs: number,
  work: (prefix: string) => Promise<void>,
): Promise<Profile> {
  await Deno.mkdir(FOLDER, { recursive: true });
  const folder = await Deno.makeTempDir({ dir: FOLDER });
  try {
    await work(`${folder}/run`);
    const [file] = Array.from(Deno.readDirSync(folder));
    if (!file) throw new Error("The runtime has written no profile");
    const text = await Deno.readTextFile(`${folder}/${file.name}`);
    const events = JSON.parse(text);
    return {
      operations: rowsOf(events, runs, false),
      shapes: rowsOf(events, runs, true),
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Sums a trace up by operation, and by shapes if asked for, the longest first. */
export function rowsOf(
  events: readonly TraceEvent[],
  runs: number,
  byShape: boolean,
): ProfileRow[] {
  const rows = new Map<string, ProfileRow>();
  for (const { cat, name, dur, args } of events) {
    if (cat !== "Node" || !name?.endsWith("_kernel_time")) continue;
    const operation = args?.op_name ?? "?";
    const shapes = !byShape ? "all" : (args?.input_type_shape ?? [])
      .flatMap((input) => Object.values(input))
      .map((shape) => `[${shape.join(",")}]`)
      .join(" ");
    const key = `${operation} ${shapes}`;
    const row = rows.get(key);
    rows.set(key, {
      operation,
      shapes,
      calls: (row?.calls ?? 0) + 1 / runs,
      milliseconds: (row?.milliseconds ?? 0) + (dur ?? 0) / 1000 / runs,
    });
  }
  return [...rows.values()]
    .sort((a, b) => b.milliseconds - a.milliseconds)
    .slice(0, MOST_ROWS);
}
