import {
  type Device,
  disposeState,
  isDeviceTensor,
  type OnDevice,
  readState,
  uploadState,
} from "../../compiler/mod.ts";
import {
  isNdArray,
  leavesOf,
  mapTree,
  type NdArray,
  sizeOf,
  treeFrom,
} from "../../core/mod.ts";
import type { Ranks } from "../../ranks/mod.ts";
import { bytesOf } from "../checkpoints/checkpoint_folder.ts";
import { hollow } from "../memory/step_shape.ts";
import type { Optimiser, OptimiserConfig } from "../optimiser/mod.ts";
import type { HeldState } from "./held_state.ts";
import { KeptTensor } from "./kept_tensor.ts";
import { fromOwners, type OwnedTensor, ownersOf, ownPart } from "./shares.ts";
import { initTrainState, type TrainState } from "./train_step.ts";

/**
 * A state whose optimiser and EMAs are shared among the ranks (ZeRO, stage 1:
 * Rajbhandari et al. 2020, arXiv 1910.02054): each rank holds and updates those of
 * some parameters. The optimiser is that of any configuration: it is given a
 * tree of whole tensors, as ever.
 *
 * @param arrays The whole state; each rank keeps its share.
 */
export async function holdShare<P>(
  device: Device,
  arrays: TrainState<P>,
  optimiser: OptimiserConfig | Optimiser,
  ranks: Ranks,
): Promise<HeldState<P>> {
  const form = hollow(arrays);
  const owners = ownersOf(stateBytes(form, optimiser), ranks.size);
  const sharedBy = (rank: number) => {
    const own = ownPart(form.parameters, isNdArray, owners, rank);
    const { parameters: _, ...shared } = initTrainState(own, {
      optimiser,
      averages: form.averages !== undefined,
    });
    return shared;
  };
  // The rank and the shape of each leaf that is shared.
  const leaves = new Map<string, Omit<OwnedTensor, "path" | "tensor">>();
  for (let rank = 0; rank < ranks.size; rank++) {
    for (const [path, { shape }] of leavesOf(sharedBy(rank), isNdArray)) {
      if (!leaves.has(path)) leaves.set(path, { owner: rank, shape });
    }
  }
  const state = await uploadState(device, {
    parameters: arrays.parameters,
    ...withValues(sharedBy(ranks.rank), arrays),
  }) as OnDevice<TrainState<P>>;
  const tensors = new Map(leavesOf(state, isDeviceTensor));
  const owned = (prefix: string): OwnedTensor[] =>
    [...leaves].filter(([path]) => path.startsWith(prefix)).map((
      [path, leaf],
    ) => ({ path, ...leaf, tensor: tensors.get(path) }));
  const isFirst = ranks.rank === 0;
  const gathered = async (
    prefix: string,
  ): Promise<[path: string, NdArray][]> => {
    const arrays: [string, NdArray][] = [];
    await fromOwners(ranks, owned(prefix), ({ path, shape }, values) => {
      if (!isFirst) return;
      const data = Float32Array.from(values);
      arrays.push([path, { dtype: "float32", shape, data }]);
    });
    return arrays;
  };
  const read = async (): Promise<TrainState<P> | undefined> => {
    const shared = await gathered("");
    if (!isFirst) return undefined;
    const parameters = await readState(state.parameters);
    return withValues(form, { parameters, ...treeFrom(shared) as object });
  };
  return {
    state,
    owners,
    toSave: read,
    take: read,
    async readAverages() {
      const { averages } = form;
      const shared = await gathered("averages/");
      return isFirst
        ? withValues({ averages }, treeFrom(shared)).averages
        : undefined;
    },
    async show(work) {
      const averages = new Map(await gathered("averages/"));
      if (!isFirst) return;
      // In the memory of the parameters, which are kept aside meanwhile.
      const before = new Map<string, NdArray>();
      const current = leavesOf(state.parameters, isDeviceTensor);
      try {
        for (const [path, tensor] of current) {
          before.set(path, await tensor.read());
          await tensor.write(averages.get(`averages/long/${path}`)!);
        }
        const kept = (array: NdArray) => new KeptTensor(array);
        await work({
          parameters: mapTree(
            state.parameters,
            isDeviceTensor,
            (_, path) => kept(before.get(path)!),
          ),
          moments: state.moments,
          averages: {
            short: mapTree(
              state.parameters,
              isDeviceTensor,
              (_, path) => kept(averages.get(`averages/short/${path}`)!),
            ),
            long: state.parameters,
          },
        } as unknown as OnDevice<TrainState<P>>);
      } finally {
        for (const [path, tensor] of current) {
          const array = before.get(path);
          if (array) await tensor.write(array);
        }
      }
    },
    [Symbol.dispose]: () => disposeState(state),
  };
}

/**
 * Bytes of the optimiser's state and of the EMAs on each rank, if they share them.
 *
 * @param state The whole one; its arrays may be hollow.
 */
export function bytesOfShares<P>(
  state: TrainState<P>,
  optimiser: OptimiserConfig | Optimiser,
  size: number,
): number[] {
  const bytes = stateBytes(hollow(state), optimiser);
  const owners = ownersOf(bytes, size);
  return Array.from(
    { length: size },
    (_, rank) =>
      [...bytes].reduce(
        (sum, [path, bytes]) => owners.get(path) === rank ? sum + bytes : sum,
        0,
      ),
  );
}

/** A tree with the arrays that another one has at the same paths. */
function withValues<X>(form: X, tree: unknown): X {
  const arrays = new Map(leavesOf(tree, isNdArray));
  return mapTree(form, isNdArray, (_, path) => arrays.get(path)!) as X;
}

/** Bytes of moments and EMAs of each parameter. */
function stateBytes<P>(
  { parameters, averages }: TrainState<P>,
  optimiser: OptimiserConfig | Optimiser,
): Map<string, number> {
  return new Map(
    leavesOf(parameters, isNdArray).map(([path, array]) => {
      const { moments } = initTrainState(treeFrom([[path, array]]), {
        optimiser,
      });
      const copies = averages ? 2 : 0;
      return [path, bytesOf(moments) + copies * 4 * sizeOf(array.shape)];
    }),
  );
}
