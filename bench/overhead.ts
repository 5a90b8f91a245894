import * as tf from "@tensorflow/tfjs-core";
import {
  jitWithState,
  openDevice,
  readState,
  uploadState,
} from "lib/compiler/mod.ts";
import { float32, scalar } from "lib/core/mod.ts";
import type * as z from "zod";
import { checkNumber } from "./check.ts";
import type { overheadFlags } from "./flags.ts";
import { interleave, sleep, timed, timingOf } from "./interleave.ts";
import { peakRssBytes, placeOf } from "./machine.ts";
import type { BenchResult } from "./result.ts";

/** A tree of so many leaves. */
function leaves<T>(count: number, make: (i: number) => T): Record<string, T> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, i) => [`${i}`, make(i)]),
  );
}

/**
 * `deno task bench overhead`: runs of almost no work, with as many small inputs,
 * outputs and tensors of state as a training step has; the time is that around
 * the work.
 */
export async function benchOverhead(
  { device: name, software, inputs, outputs, state, steps }: z.infer<
    typeof overheadFlags
  >,
): Promise<BenchResult> {
  using device = await openDevice(name, { allowSoftware: software });
  const before = await uploadState(device, leaves(state, scalar));
  using step = jitWithState(
    (
      state: Record<string, tf.Tensor>,
      given: Record<string, tf.Tensor>,
    ) => {
      const sum = tf.addN(Object.values(given).map((x) => tf.sum(x)));
      return {
        state: Object.fromEntries(
          Object.entries(state).map(([name, x]) => [name, tf.add(x, sum)]),
        ),
        outputs: leaves(outputs, (i) => tf.add(sum, i)),
      };
    },
    before,
    { device, name: "overhead" },
  );
  const given = leaves(inputs, (i) => float32([2], [i, 1]));
  const sum = inputs * (inputs - 1) / 2 + inputs;
  let runs = 0;
  const run = async () => {
    const found = await step.run(given);
    runs++;
    return found as Record<string, ReturnType<typeof scalar>>;
  };
  for (let warm = 0; warm < 5; warm++) {
    const found = await run();
    for (let i = 0; i < outputs; i++) {
      checkNumber("overhead", found[i]!.data[0]!, sum + i, "the sum");
    }
  }
  const after = await readState(before) as Record<
    string,
    ReturnType<typeof scalar>
  >;
  for (let i = 0; i < state; i++) {
    checkNumber("overhead", after[i]!.data[0]!, runs * sum + i, "the sum");
  }
  const [times] = await interleave([{ name: "ours", run: () => timed(run) }], {
    rounds: steps,
    sleep,
  });
  return {
    bench: "overhead",
    ...placeOf(device),
    sizes: { inputs, outputs, state },
    checked: ["outputs and state after five runs"],
    ...timingOf(times!),
    peakRssBytes: peakRssBytes(),
  };
}
