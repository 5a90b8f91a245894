import {
  type Device,
  type DeviceTensor,
  isDeviceTensor,
  type OnDevice,
} from "../../compiler/mod.ts";
import {
  isNdArray,
  leavesOf,
  mapTree,
  type NdArray,
  sizeOf,
  treeFrom,
  zeros,
} from "../../core/mod.ts";
import type { EmbeddingTable } from "../../models/text_to_video/mod.ts";
import type { Ranks } from "../../ranks/mod.ts";
import {
  type AdamWConfig,
  type Moments,
  updateRows,
} from "../optimiser/mod.ts";
import { HostTensor } from "./host_tensor.ts";
import type { TrainState } from "./train_step.ts";

/** Tables of embeddings on the host, and the rule that updates their rows there. */
export interface TablesConfig {
  readonly tables: readonly EmbeddingTable[];
  readonly rule: AdamWConfig;
}

/** Names of the moments of rows, those of AdamW: a state has the same form anywhere. */
const MOMENTS = ["first", "second"] as const;

/** What an update of rows needs beside their gradients. */
export interface RowUpdate {
  /** Number of the update, from 1, refused ones not counted. */
  readonly update: number;
  readonly learningRate: number;
}

/**
 * Tables of embeddings in the memory of the host. The device has room for the
 * rows of one update, at most as many as that reads: before an update they are
 * copied there and the batches refer to them; afterwards their gradients come
 * back, and the rows are updated here. A table of 145,000 rows costs a card as
 * much as one of a few thousand.
 */
export class HostTables implements Disposable {
  readonly #config: TablesConfig;
  readonly #tables: readonly HeldTable[];

  /**
   * @param state With the tables and their moments, which are changed in place.
   * @param microbatches Those of an update, of all ranks.
   */
  constructor(
    { parameters, moments }: Pick<
      TrainState<unknown>,
      "parameters" | "moments"
    >,
    config: TablesConfig,
    microbatches: number,
  ) {
    this.#config = config;
    const arrays = new Map(leavesOf({ parameters, ...moments }, isNdArray));
    this.#tables = config.tables.map((table) => ({
      table,
      values: arrays.get(`parameters/${table.path}`)!,
      first: arrays.get(`first/${table.path}`)!,
      second: arrays.get(`second/${table.path}`)!,
      room: roomOf(
        table,
        arrays.get(`parameters/${table.path}`)!.shape,
        microbatches,
      ),
      rows: new Int32Array(0),
    }));
  }

  /** Paths of the tables in the parameters. */
  get paths(): string[] {
    return this.#tables.map(({ table }) => table.path);
  }

  /** Bytes of tables and moments. */
  get bytes(): number {
    return this.#tables.reduce(
      (sum, { values }) => sum + 3 * 4 * sizeOf(values.shape),
      0,
    );
  }

  /** Parameters with room for rows in the place of tables. */
  roomIn<P>(parameters: P): P {
    return withRoom(parameters, this.#byPath(({ room }) => room));
  }

  /** The state for the device: rows in the place of tables, which have no moments there. */
  forDevice<P>(state: TrainState<P>): TrainState<P> {
    return {
      ...state,
      parameters: this.roomIn(state.parameters),
      moments: Object.fromEntries(
        Object.entries(state.moments).map(([name, tree]) => [
          name,
          withoutTables(tree, this.#config.tables),
        ]),
      ),
    };
  }

  /**
   * A state on the device, or taken from it, with the tables and moments of the
   * host in their places.
   */
  whole<P>(
    { parameters, moments, ...rest }: TrainState<P> | OnDevice<TrainState<P>>,
  ): TrainState<P> {
    const held = this.#byPath(({ values }) => values);
    return {
      ...rest,
      parameters: mapTree(
        parameters,
        isLeaf,
        (leaf, path) => held.get(path) ?? leaf,
      ),
      moments: merged(
        moments,
        (name) => this.#tables.map((held) => [held.table.path, held[name]]),
      ),
    } as TrainState<P>;
  }

  /** Parameters on the device with tables that are read and written here. */
  withTables<P>(parameters: OnDevice<P>): OnDevice<P> {
    const held = this.#byPath(({ values }) => new HostTensor(values));
    return withTensors(parameters, held);
  }

  /**
   * Does work with the parameters and whole tables on the device, which has the
   * memory of them meanwhile. The tensors are the same each time.
   */
  async show<P, T>(
    device: Device,
    parameters: OnDevice<P>,
    work: (parameters: OnDevice<P>) => Promise<T>,
  ): Promise<T> {
    for (const held of this.#tables) {
      if (held.shown) await held.shown.write(held.values);
      else held.shown = await device.upload(held.values);
    }
    const shown = this.#byPath(({ shown }) => shown!);
    try {
      return await work(withTensors(parameters, shown));
    } finally {
      for (const tensor of shown.values()) tensor.release();
    }
  }

  /**
   * Copies the rows that microbatches read to the device.
   *
   * @param batches Those of this rank; all ranks get the rows of all.
   * @returns the microbatches with the places of the rows there
   */
  async load<B>(
    batches: readonly B[],
    parameters: unknown,
    ranks: Pick<Ranks, "size" | "sum">,
  ): Promise<B[]> {
    const tensors = new Map(leavesOf(parameters, isDeviceTensor));
    const arrays = batches.flatMap((batch) => leavesOf(batch, isNdArray));
    const places = new Map<string, Int32Array>();
    for (const held of this.#tables) {
      const { table, values } = held;
      const [count, width] = values.shape as [number, number];
      const isRead = new Float32Array(count);
      for (const [path, { data }] of arrays) {
        if (!readsFrom(table, path)) continue;
        for (const row of data) isRead[row] = 1;
      }
      if (ranks.size > 1) await ranks.sum(isRead);
      held.rows = Int32Array.from(rowsIn(isRead));
      const room = zeros([held.room, width]);
      const place = new Int32Array(count);
      for (const [i, row] of held.rows.entries()) {
        place[row] = i;
        const begin = row * width;
        room.data.set(
          (values.data as Float32Array).subarray(begin, begin + width),
          i * width,
        );
      }
      for (const name of table.rowsIn) places.set(name, place);
      await tensors.get(table.path)!.write(room);
    }
    return batches.map((batch) =>
      mapTree(batch, isNdArray, (array, path) => {
        const place = places.get(nameOf(path));
        if (!place) return array;
        const rows = Int32Array.from(array.data, (row) => place[row]!);
        return { ...array, data: rows };
      }) as B
    );
  }

  /**
   * Updates the rows of the last {@link HostTables.load}.
   *
   * @param gradients Of all microbatches, on the device.
   * @param scale Factor that clips them.
   */
  async update(
    gradients: unknown,
    scale: number,
    at: RowUpdate,
  ): Promise<void> {
    const tensors = new Map(leavesOf(gradients, isDeviceTensor));
    for (
      const { table: { path }, values, first, second, rows } of this.#tables
    ) {
      const { data } = await tensors.get(path)!.read();
      const used = (data as Float32Array).subarray(
        0,
        rows.length * values.shape[1]!,
      );
      for (let i = 0; i < used.length; i++) used[i]! *= scale;
      updateRows(
        {
          values: values.data as Float32Array,
          first: first.data as Float32Array,
          second: second.data as Float32Array,
        },
        rows,
        used,
        this.#config.rule,
        { path, ...at },
      );
    }
  }

  [Symbol.dispose](): void {
    for (const { shown } of this.#tables) shown?.[Symbol.dispose]();
  }

  #byPath<T>(of: (held: HeldTable) => T): Map<string, T> {
    return new Map(this.#tables.map((held) => [held.table.path, of(held)]));
  }
}

/** A table with its moments, `[R,D]` each. */
interface HeldTable {
  readonly table: EmbeddingTable;
  readonly values: NdArray;
  readonly first: NdArray;
  readonly second: NdArray;
  /** Rows on the device. */
  readonly room: number;
  /** Rows of the current update, ascending. */
  rows: Int32Array;
  /** The whole table on the device, while it is shown. */
  shown?: DeviceTensor;
}

/** A tree with other tensors at some paths. */
function withTensors<P>(
  tree: OnDevice<P>,
  tensors: ReadonlyMap<string, DeviceTensor>,
): OnDevice<P> {
  return mapTree<unknown, DeviceTensor, DeviceTensor>(
    tree,
    isDeviceTensor,
    (tensor, path) => tensors.get(path) ?? tensor,
  ) as OnDevice<P>;
}

/** Rows of a table on the device: those that an update reads at most. */
export function roomOf(
  { reads }: EmbeddingTable,
  [rows]: readonly number[],
  microbatches: number,
): number {
  return Math.min(rows!, reads * microbatches);
}

/** Parameters with room for some rows in the place of each table, by path. */
export function withRoom<P>(
  parameters: P,
  rooms: ReadonlyMap<string, number>,
): P {
  return mapTree(parameters, isNdArray, (array, path) => {
    const room = rooms.get(path);
    return room === undefined ? array : zeros([room, array.shape[1]!]);
  }) as P;
}

/** Parameters, or a tree of moments, without tables. */
export function withoutTables<P>(
  parameters: P,
  tables: readonly EmbeddingTable[],
): P {
  const paths = new Set(tables.map(({ path }) => path));
  return treeFrom(
    leavesOf(parameters, isNdArray).filter(([path]) => !paths.has(path)),
  ) as P;
}

/** Moments with those of tables' rows before the first update. */
export function withTableMoments(
  moments: Moments,
  parameters: unknown,
  tables: readonly EmbeddingTable[],
): Moments {
  const arrays = new Map(leavesOf(parameters, isNdArray));
  return merged(
    moments,
    () => tables.map(({ path }) => [path, zeros(arrays.get(path)!.shape)]),
  );
}

/** Moments with more leaves under each of AdamW's names. */
function merged(
  moments: Moments,
  own: (name: typeof MOMENTS[number]) => [path: string, array: NdArray][],
): Moments {
  return {
    ...moments,
    ...Object.fromEntries(
      MOMENTS.map((name) => [
        name,
        treeFrom<NdArray | DeviceTensor>([
          ...leavesOf(moments[name] ?? {}, isLeaf),
          ...own(name),
        ]),
      ]),
    ),
  };
}

function isLeaf(node: unknown): node is NdArray | DeviceTensor {
  return isNdArray(node) || isDeviceTensor(node);
}

function readsFrom({ rowsIn }: EmbeddingTable, path: string): boolean {
  return rowsIn.includes(nameOf(path));
}

/** The last name of a path. */
function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function* rowsIn(isRead: Float32Array): Generator<number> {
  for (let row = 0; row < isRead.length; row++) if (isRead[row]! > 0) yield row;
}
