/** A folder of `lib/`. */
export type Layer =
  | "core"
  | "formats"
  | "compiler"
  | "ranks"
  | "models"
  | "pipeline"
  | "dataset"
  | "evaluation"
  | "trainer"
  | "ltx2"
  | "notebook"
  | "service"
  | "recipes";

/**
 * Which other folders of `lib/` each folder may import, in the order in which
 * the story of the data is told: a folder names only folders above it, so the
 * table itself cannot hold a cycle. `docs/layout.md` shows the same table.
 */
export const MAY_IMPORT: Readonly<Record<Layer, readonly Layer[]>> = {
  core: [],
  formats: ["core"],
  compiler: ["core", "formats"],
  ranks: ["core", "compiler"],
  models: ["core", "formats"],
  pipeline: ["core", "formats", "compiler", "models"],
  dataset: ["core", "formats"],
  evaluation: [
    "core",
    "formats",
    "compiler",
    "ranks",
    "models",
    "pipeline",
    "dataset",
  ],
  trainer: [
    "core",
    "formats",
    "compiler",
    "ranks",
    "models",
    "pipeline",
    "dataset",
  ],
  ltx2: ["core", "formats"],
  notebook: ["core", "formats"],
  service: ["core", "formats", "compiler", "models", "pipeline", "dataset"],
  recipes: [
    "core",
    "formats",
    "compiler",
    "ranks",
    "models",
    "pipeline",
    "dataset",
    "evaluation",
    "trainer",
    "ltx2",
    "notebook",
    "service",
  ],
};

/** Something that only some places may use, and what the others do instead. */
export interface Home {
  readonly thing: string;
  /** Each stands for the file `<home>.ts` and the folder `<home>/`. */
  readonly homes: readonly string[];
  readonly instead: string;
}

/** Packages with one home each. */
export const PACKAGE_HOMES: readonly Home[] = [
  {
    thing: "onnxruntime-node",
    homes: ["lib/compiler/session"],
    instead: "run the graph through the session of lib/compiler",
  },
  {
    thing: "node-av",
    homes: ["lib/dataset/ffmpeg", "lib/dataset/decode", "lib/dataset/encode"],
    instead: "read and write video through lib/dataset/decode and encode",
  },
  {
    thing: "pg",
    homes: ["lib/service/database"],
    instead: "open databases by openDatabase of lib/service/database",
  },
  {
    thing: "@electric-sql/pglite",
    homes: ["lib/service/database"],
    instead: "open databases by openDatabase of lib/service/database",
  },
];

/** Members of `Deno` with one home each. */
export const MEMBER_HOMES: readonly Home[] = [
  {
    thing: "Deno.dlopen",
    homes: ["lib/compiler/session"],
    instead: "open native libraries in the session of lib/compiler",
  },
  {
    thing: "Deno.args",
    homes: ["lib/recipes"],
    instead: "take the value as an argument; the command line is in recipes",
  },
  {
    thing: "Deno.exit",
    homes: ["lib/recipes"],
    instead: "throw an error; the command line in recipes sets the exit code",
  },
];

/** The most lines that a file of `lib/` may have. */
export const MOST_LINES = 600;
