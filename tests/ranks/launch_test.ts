import assert from "node:assert/strict";
import { InputError } from "lib/core/mod.ts";
import { launchOf, openRanks } from "lib/ranks/mod.ts";

Deno.test("the variables of each launcher tell size and library", () => {
  const open = ["libmpi.so.40", "libmpich.so.12", "libmpi.so.12"];
  const mpich = ["libmpich.so.12", "libmpi.so.12", "libmpi.so.40"];
  assert.deepEqual(
    launchOf({
      OMPI_COMM_WORLD_SIZE: "4",
      OMPI_COMM_WORLD_LOCAL_SIZE: "2",
      PMIX_RANK: "0",
    }),
    { size: 4, local: 2, libraries: open },
  );
  assert.deepEqual(
    launchOf({ PMI_SIZE: "2", PMI_RANK: "1", MPI_LOCALNRANKS: "2" }),
    { size: 2, local: 2, libraries: mpich },
  );
  assert.deepEqual(
    launchOf({ SLURM_STEP_NUM_TASKS: "8", PMIX_RANK: "3" }),
    { size: 8, local: 1, libraries: open },
  );
  assert.deepEqual(
    launchOf({
      SLURM_STEP_NUM_TASKS: "8",
      SLURM_STEP_TASKS_PER_NODE: "4(x2)",
      PMI_SIZE: "8",
      PMI_RANK: "3",
    }),
    { size: 8, local: 4, libraries: mpich },
  );
  assert.deepEqual(
    launchOf({ OMPI_COMM_WORLD_SIZE: "2", MPI_LIBRARY: "/opt/libmpi.so" })
      ?.libraries,
    ["/opt/libmpi.so"],
  );
});

Deno.test("a process without a launcher, or the only rank of one, is alone", () => {
  assert.equal(launchOf({}), undefined);
  assert.equal(launchOf({ OMPI_COMM_WORLD_SIZE: "1" }), undefined);
  assert.equal(launchOf({ SLURM_STEP_NUM_TASKS: "1" }), undefined);
  using ranks = openRanks(undefined);
  assert.deepEqual([ranks.rank, ranks.size], [0, 1]);
});

Deno.test("processes of srun that are no ranks are refused", () => {
  assert.throws(
    () => launchOf({ SLURM_STEP_NUM_TASKS: "4" }),
    new InputError(
      "Cannot train in 4 processes of srun: each must be a rank of MPI: srun " +
        "started them without it; pass --mpi=pmix or --mpi=pmi2 to srun",
    ),
  );
});

Deno.test("a missing library is an error that says what to install", () => {
  assert.throws(
    () => openRanks({ size: 2, local: 2, libraries: ["libno-mpi.so.7"] }),
    (error) =>
      error instanceof InputError &&
      /^Cannot join the other ranks: a library of MPI must be installed on every machine: Cannot load "libno-mpi\.so\.7": .*; install Open MPI \(apt-get install openmpi-bin libopenmpi3\) or MPICH \(apt-get install mpich\), or name the file of the library by the variable MPI_LIBRARY$/
        .test(error.message),
  );
});
