import * as z from "zod";

const counted = z.strictObject({
  mean: z.number(),
  /** Standard deviation over the clips; null for one clip. */
  std: z.number().nullable(),
  clips: z.int(),
});

const seams = z.strictObject({
  median: z.number().nullable(),
  interval: z.tuple([z.number(), z.number()]).nullable(),
  clips: z.int(),
  leftOut: z.int(),
});

const motion = z.strictObject({
  clips: z.int(),
  mean: z.strictObject({
    flicker: z.number(),
    smoothness: z.number(),
    dynamicDegree: z.number(),
  }),
  seams,
  seamChange: seams,
});

/** A kernel distance with its standard error. */
const kernel = z.strictObject({
  value: z.number(),
  error: z.number().nullable(),
});

/** Distances of one set from real clips, by one network. */
const distance = z.strictObject({
  /** `FPD`, `FVD`: named by the network. */
  metric: z.string(),
  /** Fréchet distance of all clips from all real ones, and its bootstrap deviation. */
  frechet: z.number(),
  spread: z.number().nullable(),
  /** Extrapolated to infinitely many clips, with its standard error. */
  limit: z.strictObject({ value: z.number(), error: z.number() }).nullable(),
  /** Unbiased where the clips do not depend on the real ones, as reconstructed ones do. */
  kernel,
  /**
   * Distances of the clips of one half of the real ones from the other half: of
   * the same n as the floor, and so comparable with it; null where there are
   * fewer clips than real ones.
   */
  ofHalf: z.strictObject({ frechet: z.number(), kernel }).nullable(),
  warnings: z.array(z.string()),
});

/** Distances of one half of the real clips from the other: no model does better. */
const floor = z.strictObject({
  metric: z.string(),
  frechet: z.number(),
  kernel,
  /** Clips of the smaller half. */
  clips: z.int(),
});

const neighbour = z.strictObject({
  /** Place of the clip in its set, and of the nearest training clip. */
  clip: z.int(),
  training: z.int(),
  /** Root mean square of the difference of features, in their standard deviations over the training clips. */
  distance: z.number(),
  /** Of the two clips, in decibels: null for equal clips; copies have 25 and more. */
  psnr: z.number().nullable(),
});

const nearest = z.strictObject({
  /** Training clips that were searched. */
  training: z.int(),
  /** The nearest training clip of each generated clip, the nearest first. */
  generated: z.array(neighbour),
  /** The same of the real held-out clips, which no model can have memorised. */
  real: z.array(neighbour),
  /** The distance below which 5 % of the real held-out clips lie. */
  threshold: z.number(),
  /** Generated clips below it: about 5 % if none is memorised. */
  below: z.int(),
});

/** Clips that show their label, of all that have one. */
const score = z.strictObject({ correct: z.int(), total: z.int() });

/** The same, and of each class alone. */
const classScores = score.extend({ classes: z.record(z.string(), score) });

/** Whether clips show a label, by one judge. */
const labelScore = z.strictObject({
  /** A column of the data: `place`. */
  label: z.string(),
  /** The features by which the nearest class mean is found. */
  judge: z.string(),
  /** Of real held-out clips: what the judge is worth. */
  real: classScores,
  reconstructed: classScores.optional(),
  /** Of clips generated for the captions of the real ones. */
  generated: classScores.optional(),
});

const sets = <T extends z.ZodType>(value: T) =>
  z.strictObject({
    real: value,
    reconstructed: value.optional(),
    generated: value.optional(),
  });

/** Result of an evaluation on held-out video; plain data. */
export const heldOutResult = z.strictObject({
  /** Held-out clips through the VAE, against themselves. */
  reconstruction: z.strictObject({
    /** Over the clips that the VAE changes; null where it changes none. */
    psnr: counted.extend({ mean: z.number().nullable() }),
    ssim: counted,
    /** By name: distances of networks, 0 for equal clips. */
    distances: z.record(z.string(), counted),
  }).optional(),
  /** Distance of real clips from real clips, by each network. */
  floor: z.array(floor),
  distances: z.strictObject({
    reconstructed: z.array(distance).optional(),
    generated: z.array(distance).optional(),
  }),
  motion: sets(motion),
  nearest: nearest.optional(),
  labels: z.array(labelScore).optional(),
});

/** Result of an evaluation on held-out video. */
export type HeldOutResult = z.infer<typeof heldOutResult>;

/** Whether clips show a label, by one judge. */
export type LabelScore = z.infer<typeof labelScore>;

/** A clip and its nearest training clip. */
export type Neighbour = z.infer<typeof neighbour>;
