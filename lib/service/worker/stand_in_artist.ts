import { setTimeout } from "node:timers/promises";
import { flopsOfSteps } from "../jobs/mod.ts";
import { type Catalogue, STAND_IN } from "../models/mod.ts";
import type { Artist, Work } from "./artist.ts";

/** Bytes of its videos: no player shows them. */
const BYTES = 20_000;

/**
 * Takes the place of trained models where the service itself is tested or
 * measured: a step takes a set time, and the video is made of one byte.
 * The prompt "fail" fails.
 *
 * @param stepMilliseconds Of each step.
 */
export function standInArtist(
  catalogue: Catalogue,
  stepMilliseconds: number,
): Artist {
  const model = catalogue.get(STAND_IN)!;
  let work: Work;
  const worked = (sample: number, flops: number): Work => ({
    seconds: { read: 0, sample, decode: 0, write: 0 },
    flops,
  });
  return {
    models: [STAND_IN],
    async draw(_, request, options) {
      const { steps, sampler, prompt, seed } = request;
      work = worked(0, 0);
      const flops = model.clipFlops(request);
      for (let done = 1; done <= steps; done++) {
        options.signal.throwIfAborted();
        if (stepMilliseconds > 0) await setTimeout(stepMilliseconds);
        work = worked(
          done * stepMilliseconds / 1000,
          flopsOfSteps(flops, {
            steps: done,
            total: steps,
            sampler,
            decoded: done === steps,
          }),
        );
        options.tell(done / steps);
      }
      options.signal.throwIfAborted();
      if (prompt === "fail") throw new Error("The stand-in was told to fail");
      return {
        ...work,
        write: (path) =>
          Deno.writeFile(path, new Uint8Array(BYTES).fill(seed % 256)),
      };
    },
    work: () => work,
    [Symbol.dispose]: () => {},
  };
}
