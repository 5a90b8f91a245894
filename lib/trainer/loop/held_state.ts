import {
  type Device,
  disposeState,
  moveState,
  type OnDevice,
  readState,
  takeState,
} from "../../compiler/mod.ts";
import type { Ranks } from "../../ranks/mod.ts";
import type { Averages } from "../averages/ema.ts";
import type { HostTables } from "./host_tables.ts";
import type { Owners } from "./shares.ts";
import type { TrainState } from "./train_step.ts";

/** A training state on a device, whole or shared among ranks. */
export interface HeldState<P> extends Disposable {
  /** What this rank updates; the parameters are those of all. */
  readonly state: OnDevice<TrainState<P>>;
  /** The rank that updates each parameter; undefined where each updates all. */
  readonly owners?: Owners;
  /** Tables of embeddings that are on the host; the state has rows of them. */
  readonly tables?: HostTables | undefined;
  /** The last update that EMAs on the host contain; undefined without them. */
  readonly averagedUpdate?: number;
  /** Includes the parameters after an update in EMAs on the host. */
  follow?(update: number): Promise<void>;
  /**
   * The whole state to save, on the first rank alone: its leaves may be on the
   * device, to be read one by one. All ranks call it.
   */
  toSave(): Promise<TrainState<P> | undefined>;
  /**
   * The whole state at the end of training, on the first rank alone, taken from
   * the device tensor by tensor. All ranks call it.
   */
  take(): Promise<TrainState<P> | undefined>;
  /** The whole EMAs, on the first rank alone. All ranks call it. */
  readAverages(): Promise<Averages<P> | undefined>;
  /**
   * Does work on the first rank with the parameters and the EMAs, of which the
   * long one is on the device. All ranks call it.
   */
  show(
    work: (state: OnDevice<TrainState<P>>) => Promise<void>,
  ): Promise<void>;
}

/**
 * A state that this process has whole.
 *
 * @param arrays Moved: not to be used afterwards.
 */
export async function holdWhole<P>(
  device: Device,
  arrays: TrainState<P>,
  ranks: Pick<Ranks, "rank">,
): Promise<HeldState<P>> {
  const state = await moveState(device, arrays);
  const isFirst = ranks.rank === 0;
  return {
    state,
    toSave: () => Promise.resolve(isFirst ? state as TrainState<P> : undefined),
    take: async () =>
      isFirst ? await takeState<TrainState<P>>(state) : undefined,
    readAverages: async () =>
      isFirst
        ? await readState<Averages<P>>(state.averages as OnDevice<Averages<P>>)
        : undefined,
    async show(work) {
      if (isFirst) await work(state);
    },
    [Symbol.dispose]: () => disposeState(state),
  };
}
