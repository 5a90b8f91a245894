import { residentFunction } from "../compiler/mod.ts";

/** A library of MPI whose file can be loaded, and its handles. */
export interface MpiLibrary {
  readonly path: string;
  /** `Open MPI` or `MPICH`. */
  readonly kind: string;
  readonly handles: MpiHandles;
  /** Calls a function with its C arguments; the result is an error code. */
  call(name: MpiFunction, ...values: MpiArgument[]): number;
  /** The same outside of the main thread: it may wait for other ranks. */
  wait(name: MpiFunction, ...values: MpiArgument[]): Promise<number>;
}

/** Constants of the C interface, which each implementation chose on its own. */
export interface MpiHandles {
  /** Open MPI has addresses of objects, MPICH numbers of 32 bits. */
  readonly type: "usize" | "i32";
  readonly world: number | bigint;
  readonly float: number | bigint;
  readonly byte: number | bigint;
  readonly sum: number | bigint;
  readonly inPlace: bigint;
}

/** An argument of a call. */
export type MpiArgument = number | bigint | BufferSource | null;

/** Parameters of the functions; `handle` is a number or an address. */
const FUNCTIONS = {
  MPI_Init_thread: ["pointer", "pointer", "i32", "buffer"],
  MPI_Comm_rank: ["handle", "buffer"],
  MPI_Comm_size: ["handle", "buffer"],
  MPI_Allreduce: ["usize", "buffer", "i32", "handle", "handle", "handle"],
  MPI_Allgatherv: [
    "usize",
    "i32",
    "handle",
    "buffer",
    "buffer",
    "buffer",
    "handle",
    "handle",
  ],
  MPI_Alltoall: [
    "buffer",
    "i32",
    "handle",
    "buffer",
    "i32",
    "handle",
    "handle",
  ],
  MPI_Bcast: ["buffer", "i32", "handle", "i32", "handle"],
  MPI_Barrier: ["handle"],
  MPI_Finalize: [],
  MPI_Abort: ["handle", "i32"],
} as const;

/** The functions of MPI that are used here. */
export type MpiFunction = keyof typeof FUNCTIONS;

/**
 * MPICH 3 and 4, and what shares its binary interface (Intel MPI, MVAPICH,
 * Cray MPICH): `mpi.h` of MPICH 4.0.2.
 */
const MPICH: MpiHandles = {
  type: "i32",
  world: 0x44000000,
  float: 0x4c00040a,
  byte: 0x4c00010d,
  sum: 0x58000003,
  inPlace: 0xffff_ffff_ffff_ffffn,
};

/**
 * Loads a library of MPI.
 *
 * @param path Its file, or its name for the system to find.
 * @throws {Error} with the loader's message, if it fails
 */
export function loadMpi(path: string): MpiLibrary {
  // Kept until the process ends: Open MPI crashes at exit if it is unloaded.
  const address = (name: string): Deno.PointerObject =>
    residentFunction(path, name);
  const handles = openMpiHandles(address) ?? MPICH;
  const functionOf = (
    name: MpiFunction,
    nonblocking: boolean,
  ): (...values: MpiArgument[]) => unknown => {
    const parameters = FUNCTIONS[name].map((type) =>
      type === "handle" ? handles.type : type
    );
    const definition = { parameters, result: "i32", nonblocking } as const;
    const found = new Deno.UnsafeFnPointer(
      address(name) as Deno.PointerObject<Deno.ForeignFunction>,
      definition as Deno.ForeignFunction,
    );
    return (...values) =>
      (found.call as (...values: MpiArgument[]) => unknown)(...values);
  };
  address("MPI_Init_thread"); // a library of another kind fails here
  return {
    path,
    kind: handles === MPICH ? "MPICH" : "Open MPI",
    handles,
    call: (name, ...values) => functionOf(name, false)(...values) as number,
    wait: (name, ...values) =>
      functionOf(name, true)(...values) as Promise<number>,
  };
}

/** Handles of Open MPI 4 and 5; undefined for another library. */
function openMpiHandles(
  address: (name: string) => Deno.PointerObject,
): MpiHandles | undefined {
  const objectOf = (name: string): bigint =>
    Deno.UnsafePointer.value(address(name));
  try {
    return {
      type: "usize",
      world: objectOf("ompi_mpi_comm_world"),
      float: objectOf("ompi_mpi_float"),
      byte: objectOf("ompi_mpi_byte"),
      sum: objectOf("ompi_mpi_op_sum"),
      inPlace: 1n,
    };
  } catch {
    return undefined;
  }
}
