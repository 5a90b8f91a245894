/** A module for `deno test`: a file, or the code of one to be made. */
export interface TestModule {
  /** The path from the root, or the name of the file to be made. */
  readonly file: string;
  /** What is made lies two folders below the root. */
  readonly code?: string;
  /** False for a module that others import; true when left out. */
  readonly isTest?: boolean;
}

/**
 * Runs `deno test` in one process for each list of modules, all at once. The
 * first writes as it goes; what the others write follows it.
 *
 * @param flags Of `deno test`.
 * @returns The exit code: 0 if all tests pass.
 */
export async function runTests(
  flags: readonly string[],
  processes: readonly (readonly TestModule[])[],
): Promise<number> {
  // Inside the repository, so that its deno.json holds; ignored by its git.
  const shelf = ".partial-tests";
  await Deno.mkdir(shelf, { recursive: true });
  const folder = await Deno.makeTempDir({ dir: shelf });
  try {
    const commands: Deno.Command[] = [];
    for (const [index, modules] of processes.entries()) {
      const files: string[] = [];
      for (const { file, code, isTest = true } of modules) {
        const path = code === undefined ? file : `${folder}/${file}`;
        if (code !== undefined) await Deno.writeTextFile(path, code);
        if (isTest) files.push(path);
      }
      commands.push(testCommand([...flags, ...files], index > 0));
    }
    const [first, ...others] = commands;
    const quiet = others.map((command) => command.output());
    const codes = [(await first?.spawn().status)?.code ?? 0];
    for (const { code, stdout, stderr } of await Promise.all(quiet)) {
      await writeAll(Deno.stdout, stdout);
      await writeAll(Deno.stderr, stderr);
      codes.push(code);
    }
    return Math.max(...codes);
  } finally {
    await Deno.remove(folder, { recursive: true });
    // Another run may still be using the shelf.
    await Deno.remove(shelf).catch(() => {});
  }
}

function testCommand(args: readonly string[], piped: boolean): Deno.Command {
  const stdout = piped ? "piped" : "inherit";
  const color = Deno.stdout.isTerminal() ? { FORCE_COLOR: "1" } : undefined;
  return new Deno.Command(Deno.execPath(), {
    args: ["test", ...args],
    env: color,
    stdin: "null",
    stdout,
    stderr: stdout,
  });
}

async function writeAll(
  stream: { write(bytes: Uint8Array): Promise<number> },
  bytes: Uint8Array,
): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += await stream.write(bytes.subarray(at));
  }
}
