import { CHANNELS, type Clip, Rng } from "../../core/mod.ts";

/** Probabilities of blur and of noise. */
const [BLURRED, NOISY] = [0.25, 0.25];
/** Largest standard deviation of the noise; pixels lie in [0,1]. */
const MOST_NOISE = 0.06;
/** Normal values, drawn once: the noise of a clip begins at a random one. */
const TABLE = new Rng(0).fork("noise").normals([1 << 18]).data;

/**
 * Augments a clip in place with the defects of decoders and generators: some
 * clips are blurred, some get noise, most are left as they are.
 */
export function disturb(clip: Clip, rng: Rng): void {
  if (rng.uniform() < BLURRED) blur(clip, 0.5 * rng.uniform());
  if (rng.uniform() < NOISY) {
    const strength = MOST_NOISE * rng.uniform();
    const start = rng.integer(TABLE.length);
    const { data } = clip;
    for (let i = 0; i < data.length; i++) {
      const noise = TABLE[(start + i) & (TABLE.length - 1)]!;
      data[i] = Math.min(1, Math.max(0, data[i]! + strength * noise));
    }
  }
}

/** Mixes each pixel with its neighbours, first across, then down, with the weights `[side, 1, side]`, normalised. */
export function blur(
  { frames, height, width, data }: Clip,
  side: number,
): void {
  const centre = 1 / (1 + 2 * side);
  const rim = side * centre;
  const row = width * CHANNELS;
  smooth(data, frames * height, row, CHANNELS, width, CHANNELS);
  smooth(data, frames, height * row, row, height, row);

  /** Smooths one axis of `count` places that lie `step` apart. */
  function smooth(
    values: Float32Array,
    blocks: number,
    blockSize: number,
    lanes: number,
    count: number,
    step: number,
  ): void {
    for (let block = 0; block < blocks; block++) {
      for (let lane = 0; lane < lanes; lane++) {
        const base = block * blockSize + lane;
        let before = values[base]!;
        for (let i = 0; i < count; i++) {
          const at = base + i * step;
          const here = values[at]!;
          const after = i + 1 < count ? values[at + step]! : here;
          values[at] = centre * here + rim * (before + after);
          before = here;
        }
      }
    }
  }
}
