import { basename, dirname, relative, resolve } from "node:path";
import * as z from "zod";
import {
  assertReplaceable,
  assertWritableFile,
  InputError,
  makeWritableFolder,
  writeFileAtomically,
} from "../../core/mod.ts";
import {
  cleanNotebook,
  notebookText,
  readNotebook,
  writeNotebook,
} from "../../formats/notebook/mod.ts";
import {
  assertForDeno,
  environmentForDeno,
  notebookPage,
  type ParameterValue,
  readParameters,
} from "../../notebook/mod.ts";
import {
  commandsText,
  type FlagSchema,
  helpText,
  log,
  type Program,
  runProgram,
  wantsHelp,
} from "../command_line/mod.ts";
import {
  htmlFlags,
  noFlags,
  parameterFlags,
  runFlags,
  type RunOptions,
} from "./options.ts";
import { defaultFolder } from "./run.ts";
import { templateNotebook } from "./template.ts";
import { runInTerminal } from "./terminal.ts";

/** A command for a notebook. */
interface Command {
  readonly purpose: string;
  /** Flags that do not depend on the notebook. */
  readonly flags: FlagSchema;
  /** The command for one notebook, with all its flags. */
  open(file: string): Promise<Opened>;
}
type Opened = Pick<Program<FlagSchema>, "flags" | "run">;

const COMMANDS: Readonly<Record<string, Command>> = {
  run: {
    purpose: "Runs a notebook in Deno's own kernel and saves its outputs.",
    flags: runFlags,
    open: runCommand,
  },
  check: {
    purpose: "Checks the types, imports, length and outputs of a notebook.",
    flags: noFlags,
    open: checkCommand,
  },
  clean: {
    purpose: "Removes all of a notebook but its source and small printed text.",
    flags: noFlags,
    open: cleanCommand,
  },
  new: {
    purpose:
      "Creates a notebook with parameters, a display and a last assertion.",
    flags: noFlags,
    open: newCommand,
  },
  html: {
    purpose: "Writes a notebook with its outputs as one HTML page.",
    flags: htmlFlags,
    open: htmlCommand,
  },
};

/** `deno task notebook run FILE`: the flags are the notebook's parameters. */
async function runCommand(file: string): Promise<Opened> {
  const notebook = await readNotebook(file);
  assertForDeno(notebook, file);
  const parameters = readParameters(notebook, file);
  const hasOut = parameters.some(({ name }) => name === "out");
  return {
    flags: z.strictObject({
      ...parameterFlags(parameters),
      ...runFlags.shape,
    }),
    run(options, signal) {
      const { out, cellLimit, totalLimit, ...given } = options as RunOptions;
      const values = Object.entries({ ...given, ...(hasOut ? { out } : {}) })
        .filter(([, value]) => value !== undefined);
      return runInTerminal({
        file,
        notebook,
        parameters,
        values: Object.fromEntries(values) as Record<string, ParameterValue>,
        out: out ?? defaultFolder(file, parameters),
        folderFlag: "--out",
        cellLimit,
        totalLimit,
        signal,
      });
    },
  };
}

/** `deno task notebook check FILE`: the gate's check of one notebook. */
function checkCommand(file: string): Promise<Opened> {
  return Promise.resolve({
    flags: noFlags,
    async run() {
      const notebook = await readNotebook(file);
      assertForDeno(notebook, file);
      readParameters(notebook, file);
      if (relative(Deno.cwd(), resolve(file)).startsWith("..")) {
        throw new InputError(
          `Cannot check "${file}": it must be in the repository, whose ` +
            "deno.json lists its imports; copy it there",
        );
      }
      const { code } = await new Deno.Command(Deno.execPath(), {
        args: ["task", "--quiet", "notebooks", file],
        clearEnv: true,
        env: environmentForDeno(),
        stdout: "inherit",
        stderr: "inherit",
      }).spawn().status;
      return code;
    },
  });
}

/** `deno task notebook clean FILE`: for git. */
function cleanCommand(file: string): Promise<Opened> {
  return Promise.resolve({
    flags: noFlags,
    async run() {
      const notebook = await readNotebook(file);
      const clean = cleanNotebook(notebook);
      const saved = notebookText(notebook).length - notebookText(clean).length;
      if (saved !== 0) await writeNotebook(file, clean);
      log(`${file}: ${saved === 0 ? "was clean" : `${saved} characters less`}`);
      return 0;
    },
  });
}

/** `deno task notebook new FILE`: from a template. */
function newCommand(file: string): Promise<Opened> {
  return Promise.resolve({
    flags: noFlags,
    async run() {
      if (!file.endsWith(".ipynb")) {
        throw new InputError(
          `Cannot create "${file}": the name of a notebook must end with .ipynb`,
        );
      }
      if (await Deno.stat(file).catch(() => undefined)) {
        throw new InputError(
          `Cannot create "${file}": it must not exist yet; choose another name`,
        );
      }
      await makeWritableFolder(dirname(file), undefined);
      await writeNotebook(file, templateNotebook(nameOf(file)));
      log(`created ${file}`);
      return 0;
    },
  });
}

/** `deno task notebook html FILE`: as a page. */
function htmlCommand(file: string): Promise<Opened> {
  return Promise.resolve({
    flags: htmlFlags,
    async run(options) {
      const { out, overwrite } = options as z.infer<typeof htmlFlags>;
      const page = out ?? `${file.replace(/\.ipynb$/, "")}.html`;
      await assertReplaceable([page], overwrite, "--out");
      await assertWritableFile(page, "--out");
      const html = notebookPage(await readNotebook(file), nameOf(file));
      await makeWritableFolder(dirname(page), "--out");
      await writeFileAtomically(page, html);
      log(`created ${page}`);
      return 0;
    },
  });
}

function nameOf(file: string): string {
  return basename(file).replace(/\.ipynb$/, "");
}

/** The command of the first argument, for the file of the second; or a help page. */
async function commandOf(
  args: readonly string[],
): Promise<Program<FlagSchema> | string> {
  const [word, file] = args;
  const usage = `deno task notebook ${Object.keys(COMMANDS).join("|")} FILE`;
  const command = Object.hasOwn(COMMANDS, word ?? "")
    ? COMMANDS[word!]
    : undefined;
  if (wantsHelp(args) && !(command && file && !file.startsWith("-"))) {
    return command === undefined
      ? commandsText(
        usage,
        "Runs, checks, cleans, creates or exports a notebook.",
        COMMANDS,
      )
      : helpText(
        `deno task notebook ${word} FILE`,
        command.purpose,
        command.flags,
      );
  }
  if (command === undefined) {
    throw new InputError(
      "Cannot read the command: the first word must be one of " +
        `${Object.keys(COMMANDS).join(", ")}: current value is ${
          word === undefined ? "none" : `"${word}"`
        }; run ${usage}`,
    );
  }
  if (file === undefined || file.startsWith("-")) {
    throw new InputError(
      `Cannot read the command: a notebook must follow ${word}; run ${usage}`,
    );
  }
  return {
    usage: `deno task notebook ${word} ${file}`,
    command: [word!, file],
    purpose: command.purpose,
    ...await command.open(file),
  };
}

if (import.meta.main) {
  await runProgram(() => commandOf(Deno.args));
}
