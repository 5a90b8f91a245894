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
import type { HostTables } from "./host_tables.ts";
import { KeptTensor } from "./kept_tensor.ts";
import type { TrainState } from "./train_step.ts";

/**
 * A state whose EMAs are on the host of the first rank, and the rest on the
 * device.
 *
 * @param arrays With EMAs, which are changed in place; the others are moved.
 * @param options.averagedUpdate The last update that they contain.
 * @param options.tables Those of the state, which stay on the host.
 */
export async function holdWithHostAverages<P>(
  device: Device,
  { averages, ...rest }: TrainState<P>,
  { rank }: Pick<Ranks, "rank">,
  { averagedUpdate, tables }: {
    readonly averagedUpdate: number;
    readonly tables?: HostTables | undefined;
  },
): Promise<HeldState<P>> {
  const state = await moveState<TrainState<P>>(
    device,
    tables ? tables.forDevice(rest) : rest,
  );
  const held = {
    state,
    tables,
    [Symbol.dispose]() {
      disposeState(state);
      tables?.[Symbol.dispose]();
    },
  };
  if (rank > 0) {
    const none = () => Promise.resolve(undefined);
    return {
      ...held,
      toSave: none,
      take: none,
      readAverages: none,
      show: none,
    };
  }
  const parameters = state.parameters as OnDevice<P>;
  const kept = new HostAverages(
    averages!,
    tables ? tables.withTables(parameters) : parameters,
    averagedUpdate,
  );
  const whole = (
    arrays: TrainState<P> | OnDevice<TrainState<P>>,
  ): TrainState<P> =>
    tables ? tables.whole<P>(arrays) : arrays as TrainState<P>;
  return {
    ...held,
    get averagedUpdate() {
      return kept.update;
    },
    follow: (update) => kept.follow(update),
    toSave: () =>
      Promise.resolve(
        { ...whole(state), averages: kept.averages },
      ),
    take: async () => ({
      ...whole(await takeState<TrainState<P>>(state)),
      averages: kept.averages,
    }),
    readAverages: () => Promise.resolve(kept.averages),
    show: (work) =>
      kept.inPlace(() => {
        const shown = (arrays: P) =>
          mapTree(arrays, isNdArray, (array) => new KeptTensor(array));
        const workWith = (long: OnDevice<P>) =>
          // The parameters are in the arrays of the long EMA meanwhile.
          work({
            parameters: shown(kept.averages.long),
            moments: state.moments,
            averages: { short: shown(kept.averages.short), long },
          } as unknown as OnDevice<TrainState<P>>);
        return tables
          ? tables.show(device, parameters, workWith)
          : workWith(parameters);
      }),
  };
}
