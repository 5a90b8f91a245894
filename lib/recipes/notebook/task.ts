import { InputError } from "../../core/mod.ts";
import { diffusionFilesIn } from "../../pipeline/mod.ts";
import { launchOf } from "../../ranks/mod.ts";
import { assertReady } from "../../trainer/mod.ts";
import {
  analyzeCommand,
  analyzeFlags,
  headerOf,
  notebookFlags as analyzeNotebookFlags,
} from "../analyze/mod.ts";
import {
  assertSameEvaluation,
  evaluateCommand,
  evaluateFlags,
  evaluationFolder,
  notebookFlags as evaluateNotebookFlags,
  videoDataOf,
} from "../evaluate/mod.ts";
import {
  notebookFlags,
  runOf,
  trainCommand,
  trainFlags,
} from "../train/mod.ts";
import { runProgram } from "../command_line/mod.ts";
import { notebookProgram, type NotebookTask } from "./notebook_task.ts";

/** Tasks that are notebooks. */
export const NOTEBOOK_TASKS = {
  analyze: {
    notebook: "notebooks/01_ltx2_analysis.ipynb",
    program: () => Promise.resolve(analyzeCommand),
    flags: analyzeNotebookFlags,
    folder: "out",
    isDirect: ({ text, json }) => text === true || json === true,
    async assertReady(options, signal) {
      const { file, url } = analyzeFlags.parse(options);
      if (file ?? url) await headerOf({ file, url }, signal);
    },
  },
  vae: stageTask("vae", "03_vae_pretraining"),
  phase1: stageTask("phase1", "04_phase1"),
  phase2: stageTask("phase2", "05_phase2"),
  phase3: stageTask("phase3", "06_phase3"),
  phase4: stageTask("phase4", "07_phase4"),
  phase5: stageTask("phase5", "08_phase5"),
  evaluate: {
    notebook: "notebooks/09_evaluation.ipynb",
    program: () => Promise.resolve(evaluateCommand),
    flags: evaluateNotebookFlags,
    folder: "out",
    folderFor: (options) => evaluationFolder(evaluateFlags.parse(options)),
    // One of several ranks would run the cells many times.
    isDirect: ({ json }) =>
      json === true || launchOf(Deno.env.toObject()) !== undefined,
    async notebookFor(options) {
      return await videoDataOf(evaluateFlags.parse(options))
        ? "notebooks/13_held_out_video.ipynb"
        : undefined;
    },
    async assertReady(options) {
      const checked = evaluateFlags.parse(options);
      await diffusionFilesIn(checked.checkpoint);
      await assertSameEvaluation(checked);
    },
  },
} as const satisfies Readonly<Record<string, NotebookTask>>;

/**
 * A stage of training. A dry run has no output for a notebook, one of several
 * ranks would run the cells many times, and the notebooks look for whole weights.
 */
function stageTask(
  stage: "vae" | `phase${1 | 2 | 3 | 4 | 5}`,
  notebook: string,
): NotebookTask {
  return {
    notebook: `notebooks/${notebook}.ipynb`,
    program: (args) => trainCommand(stage, args),
    flags: notebookFlags,
    folder: "run",
    isDirect: ({ dryRun, lora }) =>
      dryRun === true || lora !== undefined ||
      launchOf(Deno.env.toObject()) !== undefined,
    async assertReady(options) {
      await assertReady(await runOf(trainFlags.parse(options)), stage);
    },
  };
}

if (import.meta.main) {
  await runProgram(async () => {
    const [word = "none", ...args] = Deno.args;
    const names = Object.keys(NOTEBOOK_TASKS);
    const name = names.find((name) => name === word);
    if (name === undefined) {
      throw new InputError(
        `Cannot read the command: the first word must be one of ` +
          `${names.join(", ")}: current value is ${word}`,
      );
    }
    const task = NOTEBOOK_TASKS[name as keyof typeof NOTEBOOK_TASKS];
    return { ...await notebookProgram(task, args), command: name };
  });
}
