import assert from "node:assert/strict";

/** One line of the runtime's own record of a run. */
interface ProfileEvent {
  readonly cat: string;
  readonly name: string;
  readonly args?: { readonly provider?: string; readonly op_name?: string };
}

/**
 * Proves by the runtime's own record of a run that every node ran on one
 * provider. What only moves values between memories is no node of the graph.
 *
 * @param run Runs a session that writes its record to files of this prefix,
 * and closes it.
 * @returns how many nodes ran; none where the result was known before the run.
 */
export async function provePlacement(
  provider: string,
  run: (prefix: string) => Promise<void>,
): Promise<number> {
  const folder = await Deno.makeTempDir();
  try {
    await run(`${folder}/profile`);
    const events: ProfileEvent[] = [];
    for await (const { name } of Deno.readDir(folder)) {
      events.push(...JSON.parse(await Deno.readTextFile(`${folder}/${name}`)));
    }
    const nodes = events.filter(({ cat, args }) =>
      cat === "Node" && args?.provider !== undefined
    );
    assert.notEqual(events.length, 0, "there must be a record");
    assert.deepEqual(
      nodes.filter(({ args }) => args!.provider !== provider)
        .map(({ args }) => `${args!.op_name} on ${args!.provider}`),
      [],
    );
    return nodes.length;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
