import { assertWritableFolder, InputError } from "lib/core/mod.ts";
import {
  commandsText,
  helpText,
  log,
  print,
  readFlags,
  reportError,
} from "lib/recipes/command_line/mod.ts";
import type { FlagSchema } from "lib/recipes/command_line/mod.ts";
import type * as z from "zod";
import { WrongResultError } from "./check.ts";
import { benchBinding } from "./binding.ts";
import { benchConv3d } from "./conv3d.ts";
import { benchFeatures } from "./features.ts";
import { benchGenerate } from "./generate.ts";
import {
  bindingFlags,
  checkFlags,
  conv3dFlags,
  featuresFlags,
  generateFlags,
  ingestFlags,
  matmulFlags,
  overheadFlags,
  ranksFlags,
  stepFlags,
  syntheticFlags,
  trainerFlags,
  vaeFlags,
} from "./flags.ts";
import { benchIngest } from "./ingest.ts";
import { thisMachine } from "./machine.ts";
import { benchMatmul } from "./matmul.ts";
import { benchOverhead } from "./overhead.ts";
import {
  compare,
  type Comparison,
  comparisonText,
  lastResults,
} from "./regression.ts";
import { resultText, saveResult } from "./report.ts";
import { benchRanks } from "./ranks.ts";
import type { BenchResult } from "./result.ts";
import { benchStep } from "./step.ts";
import { benchSynthetic } from "./synthetic.ts";
import { benchTrainer } from "./trainer.ts";
import { benchVae } from "./vae.ts";

/** A bench: its flags and its function. */
interface Bench {
  readonly purpose: string;
  readonly flags: FlagSchema;
  readonly run: (options: never) => Promise<BenchResult | Report | undefined>;
}

/** What a command prints that is no result of its own. */
interface Report {
  readonly text: string;
  /** The exit code. */
  readonly code: number;
}

/** All benches by name. */
const BENCHES: Readonly<Record<string, Bench>> = {
  binding: {
    purpose:
      "Times an update of state, and the same through the JavaScript binding.",
    flags: bindingFlags,
    run: benchBinding,
  },
  matmul: {
    purpose: "Times a matrix product.",
    flags: matmulFlags,
    run: benchMatmul,
  },
  overhead: {
    purpose:
      "Times runs of almost no work, with the inputs, outputs and state of a step.",
    flags: overheadFlags,
    run: benchOverhead,
  },
  features: {
    purpose: "Times a clip through a feature network: I3D or world3d.",
    flags: featuresFlags,
    run: benchFeatures,
  },
  conv3d: {
    purpose: "Times a 3x3x3 convolution and both of its gradients.",
    flags: conv3dFlags,
    run: benchConv3d,
  },
  vae: {
    purpose: "Times a training step of a plain 3-D VAE that never changes.",
    flags: vaeFlags,
    run: benchVae,
  },
  step: {
    purpose: "Times a training step of the backbone's own blocks.",
    flags: stepFlags,
    run: benchStep,
  },
  generate: {
    purpose:
      "Times clips that a trained model draws, beside its twin in PyTorch.",
    flags: generateFlags,
    run: benchGenerate,
  },
  ingest: {
    purpose:
      "Times finding the shots of videos: decoding, optical flow, all scores.",
    flags: ingestFlags,
    run: benchIngest,
  },
  synthetic: {
    purpose: "Times drawing clips of the synthetic world, on one thread.",
    flags: syntheticFlags,
    run: benchSynthetic,
  },
  trainer: {
    purpose: "Times a step of the trainer in turn with the bare compiled step.",
    flags: trainerFlags,
    run: benchTrainer,
  },
  ranks: {
    purpose:
      "Times data-parallel updates under mpirun, with and without overlap; predicts those of more ranks.",
    flags: ranksFlags,
    run: benchRanks,
  },
  check: {
    purpose:
      "Times matmul, conv3d, vae and step, and compares them with the last results kept: exit code 1 where one is slower.",
    flags: checkFlags,
    run: checkAll,
  },
};

/**
 * Runs the benches that have kept results of their default sizes, and compares.
 */
async function checkAll(
  { steps, torch }: z.infer<typeof checkFlags>,
): Promise<Report> {
  const kept = await lastResults(FOLDER);
  const rows: Comparison[] = [];
  for (const name of CHECKED) {
    const { flags, run } = BENCHES[name]!;
    log(`${name}: running`);
    const options = { ...flags.parse({}), steps, torch };
    rows.push(compare(await run(options as never) as BenchResult, kept));
  }
  const slower = rows.some(({ verdict }) => verdict === "slower");
  return { text: comparisonText(rows), code: slower ? 1 : 0 };
}

const USAGE = "deno task bench";
const FOLDER = "bench/results";
/** Benches of `check`. */
const CHECKED = ["matmul", "conv3d", "vae", "step"];
/** The exit code of a wrong result. */
const WRONG = 1;

/**
 * Parses a command line.
 *
 * @returns the bench and its options, or a help text.
 * @throws {InputError} naming the flag or the bench, and the fix
 */
export function readCommand(
  args: readonly string[],
): { bench: Bench; options: z.infer<typeof matmulFlags> } | string {
  const [name, ...rest] = args;
  if (name === undefined || name === "--help" || name === "-h") {
    return commandsText(
      `${USAGE} <bench> [flags]    (${USAGE} <bench> --help for its flags)`,
      "Measures, after checking that the result is right.",
      BENCHES,
    );
  }
  const bench = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
  if (!bench) {
    throw new InputError(
      `Cannot measure "${name}": the benches are ` +
        Object.keys(BENCHES).join(", "),
    );
  }
  const options = readFlags(bench.flags, rest);
  return options === undefined
    ? helpText(`${USAGE} ${name}`, bench.purpose, bench.flags)
    : { bench, options: options as z.infer<typeof matmulFlags> };
}

/** Runs a command line; returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  try {
    const command = readCommand(args);
    if (typeof command === "string") {
      print(command);
      return 0;
    }
    const { bench, options } = command;
    if (options.save) await assertWritableFolder(FOLDER, undefined);
    const result = await bench.run(options as never);
    if (!result) return 0;
    if ("text" in result) {
      print(result.text);
      return result.code;
    }
    const machine = thisMachine();
    print(
      options.json
        ? JSON.stringify({ ...result, machine })
        : resultText(result, machine),
    );
    if (options.save) {
      const day = new Date().toISOString().slice(0, 10);
      log(`kept: ${await saveResult(FOLDER, day, result, machine)}`);
    }
    return 0;
  } catch (error) {
    if (error instanceof WrongResultError) {
      log(`error: ${error.message}`);
      return WRONG;
    }
    const code = reportError(error);
    if (code === undefined) throw error;
    return code;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
