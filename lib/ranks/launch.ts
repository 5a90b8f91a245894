import { InputError, messageOf } from "../core/mod.ts";
import { loadMpi, type MpiLibrary } from "./library.ts";
import { joinRanks } from "./mpi.ts";
import { ONE_RANK, type Ranks } from "./ranks.ts";

/** Variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A start by a launcher of MPI. */
export interface Launch {
  /** Number of ranks; undefined where the launcher does not tell. */
  readonly size: number | undefined;
  /**
   * Ranks on this machine, by Slurm those on the first one; 1 where the launcher
   * does not tell.
   */
  readonly local: number;
  /** Names of the libraries to try, the launcher's own first. */
  readonly libraries: readonly string[];
}

const OPEN_MPI = ["libmpi.so.40"];
/** Debian's name, then that of MPICH itself and of Intel MPI. */
const MPICH = ["libmpich.so.12", "libmpi.so.12"];

/**
 * What a launcher of MPI says of this process: `mpirun` of Open MPI and MPICH,
 * and `srun`. Undefined without a launcher, or for one rank.
 *
 * @param environment `MPI_LIBRARY` names the library, where it is another.
 * @throws {InputError} if `srun` started several processes without MPI
 *
 * @example
 * ```ts
 * import { launchOf } from "lib/ranks/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(launchOf({}), undefined);
 * assert.equal(launchOf({ OMPI_COMM_WORLD_SIZE: "4" })?.size, 4);
 * ```
 */
export function launchOf(environment: Environment): Launch | undefined {
  const number = (...names: string[]): number | undefined => {
    const text = names.map((name) => environment[name]).find((value) => value);
    return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
  };
  const { MPI_LIBRARY, PMIX_RANK, PMI_RANK, PMI_SIZE, OMPI_COMM_WORLD_SIZE } =
    environment;
  const size = number(
    "OMPI_COMM_WORLD_SIZE",
    "PMI_SIZE",
    "SLURM_STEP_NUM_TASKS",
  );
  const isMpi = OMPI_COMM_WORLD_SIZE ?? PMIX_RANK ?? PMI_RANK;
  if (size === 1) return undefined;
  if (isMpi === undefined) {
    if (size === undefined) return undefined;
    throw new InputError(
      `Cannot train in ${size} processes of srun: each must be a rank of MPI: ` +
        "srun started them without it; pass --mpi=pmix or --mpi=pmi2 to srun",
    );
  }
  const isMpich = OMPI_COMM_WORLD_SIZE === undefined && PMI_SIZE !== undefined;
  return {
    size,
    local: number("OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS") ??
      (Number.parseInt(environment.SLURM_STEP_TASKS_PER_NODE ?? "") || 1),
    libraries: MPI_LIBRARY
      ? [MPI_LIBRARY]
      : isMpich
      ? [...MPICH, ...OPEN_MPI]
      : [...OPEN_MPI, ...MPICH],
  };
}

/**
 * The ranks of this process: those of the launcher that started it, or itself
 * alone. All ranks close them when their work is done; a process opens them once.
 *
 * @throws {InputError} naming what to install, if a launcher started it and no
 *   library of MPI can be loaded, or one of another launcher
 */
export function openRanks(launch: Launch | undefined): Ranks & Disposable {
  if (launch === undefined) return { ...ONE_RANK, [Symbol.dispose]() {} };
  const library = firstLibrary(launch.libraries);
  const ranks = joinRanks(library);
  if (launch.size === undefined || ranks.size === launch.size) return ranks;
  throw new InputError(
    `Cannot join ${launch.size} ranks: the library must be that of the ` +
      `launcher: ${library.kind} ("${library.path}") sees ${ranks.size}; start ` +
      `with the mpirun of ${library.kind}, or name the launcher's library by ` +
      "the variable MPI_LIBRARY",
  );
}

/** The first of some libraries that can be loaded. */
function firstLibrary(names: readonly string[]): MpiLibrary {
  const reasons: string[] = [];
  for (const name of names) {
    try {
      return loadMpi(name);
    } catch (error) {
      reasons.push(messageOf(error));
    }
  }
  throw new InputError(
    `Cannot join the other ranks: a library of MPI must be installed on every ` +
      `machine: ${reasons.join("; ")}; install Open MPI (apt-get install ` +
      "openmpi-bin libopenmpi3) or MPICH (apt-get install mpich), or name " +
      "the file of the library by the variable MPI_LIBRARY",
  );
}
