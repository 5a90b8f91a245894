import { readNotebook } from "../../formats/notebook/mod.ts";
import { type ParameterValue, readParameters } from "../../notebook/mod.ts";
import {
  flagOf,
  type FlagSchema,
  knobsOf,
  type Program,
} from "../command_line/mod.ts";
import { runInTerminal } from "./terminal.ts";

/** Checked flags. */
export type Options = Readonly<
  Record<string, string | number | boolean | undefined>
>;

/** A task that runs a notebook: its flags set the parameters. */
export interface NotebookTask {
  readonly notebook: string;
  /** Another notebook for some options; undefined for the usual one. */
  notebookFor?(options: Options): Promise<string | undefined>;
  /** The same command without the notebook, for its arguments. */
  program(args: readonly string[]): Promise<Program<FlagSchema>>;
  /** Flags of the notebook, with their own defaults. */
  readonly flags: FlagSchema;
  /** The flag of the folder of the run, which the notebook calls `out`. */
  readonly folder: string;
  /** Another folder where the given one is taken; default: the given one. */
  folderFor?(options: Options): Promise<string>;
  /** Whether options need the command without the notebook. */
  isDirect(options: Options): boolean;
  /**
   * Checks the prerequisites before a kernel starts.
   *
   * @throws {InputError} if one is missing
   */
  assertReady(options: Options, signal: AbortSignal): Promise<void>;
}

/**
 * The command of a task. Its flags are read and checked as those of any command;
 * flags that are parameters of the notebook are set there, and all others go to
 * its parameter `flags` as arguments.
 */
export async function notebookProgram(
  task: NotebookTask,
  args: readonly string[],
): Promise<Program<FlagSchema>> {
  const { flags, folder } = task;
  const program = await task.program(args);
  return {
    ...program,
    async run(given, signal) {
      if (task.isDirect(given as Options)) {
        return await program.run(given, signal);
      }
      const options = { ...given as Options };
      if (task.folderFor) options[folder] = await task.folderFor(options);
      await task.assertReady(options, signal);
      const file = await task.notebookFor?.(options) ?? task.notebook;
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
        folderFlag: `--${flagOf(folder)}`,
        cellLimit: undefined,
        totalLimit: undefined,
        signal,
      });
    },
  };
}
