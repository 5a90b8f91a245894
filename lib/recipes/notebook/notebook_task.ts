import { readNotebook } from "../../formats/notebook/mod.ts";
import { type ParameterValue, readParameters } from "../../notebook/mod.ts";
import { type FlagSchema, knobsOf, type Program } from "../command_line/mod.ts";
import { runInTerminal } from "./terminal.ts";

/** Validated flags. */
export type Options = Readonly<
  Record<string, string | number | boolean | undefined>
>;

/** A task that runs a notebook; its flags set the notebook's knobs. */
export interface NotebookTask {
  readonly notebook: string;
  /** The same command without the notebook, for the arguments after its name. */
  program(args: readonly string[]): Promise<Program<FlagSchema>>;
  /** Flags of the notebook, with their own defaults. */
  readonly flags: FlagSchema;
  /** The flag that names the folder of the run, the knob `out`. */
  readonly folder: string;
  /** Whether the options ask for the command without the notebook. */
  isDirect(options: Options): boolean;
  /**
   * Validates the options before a kernel starts.
   *
   * @throws {InputError} if the work cannot start
   */
  assertReady(options: Options, signal: AbortSignal): Promise<void>;
}

/**
 * The command of a task. Flags that are knobs of the notebook are set there; all
 * others are passed in its knob `flags`, as typed.
 */
export async function notebookProgram(
  task: NotebookTask,
  args: readonly string[],
): Promise<Program<FlagSchema>> {
  const { notebook: file, flags, folder } = task;
  const program = await task.program(args);
  return {
    ...program,
    async run(given, signal) {
      const options = given as Options;
      if (task.isDirect(options)) return await program.run(given, signal);
      await task.assertReady(options, signal);
      const notebook = await readNotebook(file);
      const parameters = readParameters(notebook, file);
      const fallbacks = Object.fromEntries(
        parameters.map(({ name, fallback }) =>
          [name === "out" ? folder : name, fallback] as const
        ),
      );
      const { knobs, words } = knobsOf(flags, options, fallbacks);
      const values = parameters.map(({ name }) =>
        [
          name,
          name === "flags" ? words : knobs[name === "out" ? folder : name],
        ] as const
      ).filter(([, value]) => value !== undefined);
      return await runInTerminal({
        file,
        notebook,
        parameters,
        values: Object.fromEntries(values) as Record<string, ParameterValue>,
        out: String(options[folder]),
        cellLimit: undefined,
        totalLimit: undefined,
        signal,
      });
    },
  };
}
