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
    /** Of an operation on a card: `inputs[0] = {64,16} outputs[0] = {64,16} `. */
    readonly shapes?: string;
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

/** `node&operation&shader`, timed by the card. */
function isShader({ cat, name }: TraceEvent): boolean {
  return cat === "Api" && name?.split("&").length === 3;
}

function isKernel({ cat, name }: TraceEvent): boolean {
  return cat === "Node" && name?.endsWith("_kernel_time") === true;
}

/** The inputs' shapes as a shader sees them: in fours where it takes four at a time. */
function shaderShapes(text = ""): string {
  return Array.from(
    text.matchAll(/inputs\[\d+\] = \{([\d,]*)\}/g),
    ([, sizes]) => `[${sizes}]`,
  ).join(" ");
}

/**
 * Sums a trace up by operation, and by shapes if asked for, the longest first.
 * Where a graphics card has told the time of its shaders, that counts: on the
 * processor an operation has only been handed over.
 */
export function rowsOf(
  events: readonly TraceEvent[],
  runs: number,
  byShape: boolean,
): ProfileRow[] {
  const rows = new Map<string, ProfileRow>();
  const onCard = events.some(isShader);
  for (const event of events) {
    if (!(onCard ? isShader(event) : isKernel(event))) continue;
    const { name, dur, args } = event;
    const operation = (onCard ? name!.split("&").at(-1) : args?.op_name) ?? "?";
    const shapes = !byShape
      ? "all"
      : onCard
      ? shaderShapes(args?.shapes)
      : (args?.input_type_shape ?? [])
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
