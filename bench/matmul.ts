import * as tf from "@tensorflow/tfjs-core";
import type { Device } from "lib/compiler/mod.ts";
import { Rng } from "lib/core/mod.ts";
import type * as z from "zod";
import type { matmulFlags } from "./flags.ts";
import { type Side, timed } from "./interleave.ts";
import { checkKernel, compileKernel, type KernelCase } from "./kernel_case.ts";
import type { BenchResult } from "./result.ts";
import { runKernel } from "./run_kernel.ts";

/** Sizes of a product `[m,k] x [k,n]`. */
export interface MatmulSizes {
  readonly m: number;
  readonly k: number;
  readonly n: number;
}

/** One matrix product. */
export function matmulCase({ m, k, n }: MatmulSizes): KernelCase {
  const rng = new Rng(1);
  const a = rng.normals([m, k]);
  const b = rng.normals([k, n]);
  return {
    name: "matmul",
    inputs: { a, b },
    results: {
      y: {
        shape: [m, n],
        reference: ([i, j]) => {
          let sum = 0;
          for (let x = 0; x < k; x++) {
            sum += a.data[i! * k + x]! * b.data[x * n + j!]!;
          }
          return sum;
        },
      },
    },
    compute: ({ a, b }) => ({ y: tf.matMul(a!, b!) }),
    operations: 2 * m * k * n,
  };
}

/** A checked matrix product, run in turn with other work as the machine's peak. */
export async function matmulSide(
  sizes: MatmulSizes,
  device: Device,
): Promise<Side & Disposable & { readonly operations: number }> {
  const given = matmulCase(sizes);
  const kernel = await compileKernel(given, device);
  await checkKernel(given, kernel, { count: 10, rng: new Rng(2) });
  return {
    name: given.name,
    operations: given.operations,
    run: () => timed(() => kernel.run()),
    [Symbol.dispose]: () => kernel[Symbol.dispose](),
  };
}

/** `deno task bench matmul`. */
export function benchMatmul(
  options: z.infer<typeof matmulFlags>,
): Promise<BenchResult> {
  const { m, k, n } = options;
  return runKernel({
    full: matmulCase({ m, k, n }),
    small: matmulCase({ m: 5, k: 7, n: 3 }),
    sizes: { m, k, n },
  }, options);
}
