import type { Profile, ProfileRow } from "./result.ts";

/** Folder of the runtime's profiles, ignored by git. */
const FOLDER = "runs/bench_profile";
/** Rows of the table. */
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
 * Profiles a workload.
 *
 * @param work Opens a session with the prefix as its option `profile`, runs it
 *   the given number of times and disposes of it, which writes the profile.
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

/** Operation of an event; undefined for other events. */
type Reader = (
  event: TraceEvent,
) => { readonly operation: string; readonly shapes: string } | undefined;

/** Operation of a CPU kernel. */
const kernelOf: Reader = ({ cat, name, args }) =>
  cat !== "Node" || !name?.endsWith("_kernel_time") ? undefined : {
    operation: args?.op_name ?? "?",
    shapes: (args?.input_type_shape ?? [])
      .flatMap((input) => Object.values(input))
      .map((shape) => `[${shape.join(",")}]`)
      .join(" "),
  };

/** Operation of a shader, `node&operation&shader`; vec4 shaders divide the last size by 4. */
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
 * Sums a trace up by operation, optionally by shape, the longest first. Shader
 * times replace CPU times where there are any: on the CPU the operation is only
 * enqueued.
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
