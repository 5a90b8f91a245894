import {
  type Device,
  disposeState,
  moveState,
  type OnDevice,
  takeState,
} from "../../compiler/mod.ts";
import { isNdArray, mapTree } from "../../core/mod.ts";
import type { Ranks } from "../../ranks/mod.ts";
import { HostAverages } from "../averages/host_averages.ts";
import type { HeldState } from "./held_state.ts";
import { KeptTensor } from "./kept_tensor.ts";
import type { TrainState } from "./train_step.ts";

/**
 * A state whose EMAs are on the host of the first rank, and the rest on the
 * device.
 *
 * @param arrays With EMAs, which are changed in place; the others are moved.
 * @param options.averagedUpdate The last update that they contain.
 */
export async function holdWithHostAverages<P>(
  device: Device,
  { averages, ...rest }: TrainState<P>,
  { rank }: Pick<Ranks, "rank">,
  { averagedUpdate }: { readonly averagedUpdate: number },
): Promise<HeldState<P>> {
  const state = await moveState<TrainState<P>>(device, rest);
  if (rank > 0) {
    const none = () => Promise.resolve(undefined);
    return {
      state,
      toSave: none,
      take: none,
      readAverages: none,
      show: none,
      [Symbol.dispose]: () => disposeState(state),
    };
  }
  const parameters = state.parameters as OnDevice<P>;
  const kept = new HostAverages(averages!, parameters, averagedUpdate);
  return {
    state,
    get averagedUpdate() {
      return kept.update;
    },
    follow: (update) => kept.follow(update),
    toSave: () =>
      Promise.resolve(
        { ...state, averages: kept.averages } as TrainState<P>,
      ),
    take: async () => ({
      ...await takeState<TrainState<P>>(state),
      averages: kept.averages,
    }),
    readAverages: () => Promise.resolve(kept.averages),
    show: (work) =>
      kept.inPlace(() => {
        const shown = (arrays: P) =>
          mapTree(arrays, isNdArray, (array) => new KeptTensor(array));
        // The parameters are in the arrays of the long EMA meanwhile.
        return work({
          parameters: shown(kept.averages.long),
          moments: state.moments,
          averages: { short: shown(kept.averages.short), long: parameters },
        } as unknown as OnDevice<TrainState<P>>);
      }),
    [Symbol.dispose]: () => disposeState(state),
  };
}
