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

/** What an event says of an operation that ran; undefined where none did. */
type Reader = (
  event: TraceEvent,
) => { readonly operation: string; readonly shapes: string } | undefined;

/** Of a kernel on the processor. */
const kernelOf: Reader = ({ cat, name, args }) =>
  cat !== "Node" || !name?.endsWith("_kernel_time") ? undefined : {
    operation: args?.op_name ?? "?",
    shapes: (args?.input_type_shape ?? [])
      .flatMap((input) => Object.values(input))
      .map((shape) => `[${shape.join(",")}]`)
      .join(" "),
  };

/** Of a shader, `node&operation&shader`: shapes are in fours where it takes four at a time. */
const shaderOf: Reader = ({ cat, name, args }) => {
  const [, , shader] = name?.split("&") ?? [];
  if (cat !== "Api" || shader === undefined) return undefined;
  const shapes = (args?.shapes ?? "").matchAll(/inputs\[\d+\] = \{([\d,]*)\}/g);
  return {
    operation: shader,
    shapes: Array.from(shapes, ([, sizes]) => `[${sizes}]`).join(" "),
  };
};

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
  const read = events.some(shaderOf) ? shaderOf : kernelOf;
  for (const event of events) {
    const found = read(event);
    if (!found) continue;
    const { operation } = found;
    const shapes = byShape ? found.shapes : "all";
    const key = `${operation} ${shapes}`;
    const row = rows.get(key);
    rows.set(key, {
      operation,
      shapes,
      calls: (row?.calls ?? 0) + 1 / runs,
      milliseconds: (row?.milliseconds ?? 0) +
        (event.dur ?? 0) / 1000 / runs,
    });
  }
  return [...rows.values()]
    .sort((a, b) => b.milliseconds - a.milliseconds)
    .slice(0, MOST_ROWS);
}
