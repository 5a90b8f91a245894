import { basename, relative, resolve } from "node:path";
import * as z from "zod";
import { InputError, writeFileAtomically } from "../../core/mod.ts";
import {
  cleanNotebook,
  notebookText,
  readNotebook,
  writeNotebook,
} from "../../formats/notebook/mod.ts";
import {
  environmentForDeno,
  notebookPage,
  type ParameterValue,
  readParameters,
} from "../../notebook/mod.ts";
import {
  type FlagSchema,
  log,
  type Program,
  runProgram,
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

/** Makes a command for a notebook. */
type Command = (file: string) => Promise<Program<FlagSchema>>;

const COMMANDS: Readonly<Record<string, Command>> = {
  run: runCommand,
  check: checkCommand,
  clean: cleanCommand,
  new: newCommand,
  html: htmlCommand,
};

/** `deno task notebook run FILE`: the flags are the notebook's parameters. */
async function runCommand(file: string): Promise<Program<FlagSchema>> {
  const notebook = await readNotebook(file);
  const parameters = readParameters(notebook, file);
  const hasOut = parameters.some(({ name }) => name === "out");
  return {
    ...words("run", file),
    purpose: "Runs a notebook in Deno's own kernel and saves its outputs.",
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
        cellLimit,
        totalLimit,
        signal,
      });
    },
  };
}

/** `deno task notebook check FILE`: the gate's check of one notebook. */
function checkCommand(file: string): Promise<Program<FlagSchema>> {
  return Promise.resolve({
    ...words("check", file),
    purpose: "Checks the types, imports, length and outputs of a notebook.",
    flags: noFlags,
    async run() {
      readParameters(await readNotebook(file), file);
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
function cleanCommand(file: string): Promise<Program<FlagSchema>> {
  return Promise.resolve({
    ...words("clean", file),
    purpose: "Removes all of a notebook but its source and small printed text.",
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
function newCommand(file: string): Promise<Program<FlagSchema>> {
  return Promise.resolve({
    ...words("new", file),
    purpose:
      "Creates a notebook with parameters, a display and a last assertion.",
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
      await writeNotebook(file, templateNotebook(nameOf(file)));
      log(`created ${file}`);
      return 0;
    },
  });
}

/** `deno task notebook html FILE`: as a page. */
function htmlCommand(file: string): Promise<Program<FlagSchema>> {
  return Promise.resolve({
    ...words("html", file),
    purpose: "Writes a notebook with its outputs as one HTML page.",
    flags: htmlFlags,
    async run(options) {
      const { out } = options as z.infer<typeof htmlFlags>;
      const page = out ?? `${file.replace(/\.ipynb$/, "")}.html`;
      const html = notebookPage(await readNotebook(file), nameOf(file));
      await writeFileAtomically(page, html);
      log(`created ${page}`);
      return 0;
    },
  });
}

function words(
  command: string,
  file: string,
): Pick<Program<FlagSchema>, "usage" | "command"> {
  return {
    usage: `deno task notebook ${command} ${file}`,
    command: [command, file],
  };
}

function nameOf(file: string): string {
  return basename(file).replace(/\.ipynb$/, "");
}

/** The command of the first argument, for the file of the second. */
async function commandOf(
  [word, file]: readonly string[],
): Promise<Program<FlagSchema>> {
  const usage = `deno task notebook ${Object.keys(COMMANDS).join("|")} FILE`;
  const command = Object.hasOwn(COMMANDS, word ?? "")
    ? COMMANDS[word!]
    : undefined;
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
  return await command(file);
}

if (import.meta.main) {
  await runProgram(() => commandOf(Deno.args));
}
