import {
  type Device,
  disposeState,
  type OnDevice,
  readState,
  uploadState,
} from "../../compiler/mod.ts";
import type { Ranks } from "../../ranks/mod.ts";
import type { Averages } from "../averages/ema.ts";
import type { Owners } from "./shares.ts";
import type { TrainState } from "./train_step.ts";

/** A training state on a device, whole or shared among ranks. */
export interface HeldState<P> extends Disposable {
  /** What this rank updates; the parameters are those of all. */
  readonly state: OnDevice<TrainState<P>>;
  /** The rank that updates each parameter; undefined where each updates all. */
  readonly owners?: Owners;
  /** The last update that EMAs on the host contain; undefined without them. */
  readonly averagedUpdate?: number;
  /** Includes the parameters after an update in EMAs on the host. */
  follow?(update: number): Promise<void>;
  /** The whole state, on the first rank alone. All ranks call it. */
  read(): Promise<TrainState<P> | undefined>;
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

/** A state that this process has whole. */
export async function holdWhole<P>(
  device: Device,
  arrays: TrainState<P>,
  ranks: Pick<Ranks, "rank">,
): Promise<HeldState<P>> {
  const state = await uploadState(device, arrays);
  const isFirst = ranks.rank === 0;
  return {
    state,
    read: async () =>
      isFirst ? await readState<TrainState<P>>(state) : undefined,
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
