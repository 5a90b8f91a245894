import * as z from "zod";
import { adafactor, ADAFACTOR_DEFAULTS } from "./adafactor.ts";
import { adamW, ADAMW_DEFAULTS, type LrMultipliers } from "./adamw.ts";
import { muon, MUON_DEFAULTS } from "./muon.ts";
import type { Optimiser } from "./optimiser.ts";

/** An optimiser that a run can choose. */
export interface OptimiserKind<S> {
  /** What `--set optimiser.NAME=VALUE` may set, each with a default. */
  readonly settings: z.ZodType<S>;
  /** @param lrMultipliers Those of the stage; a factor of 0 freezes. */
  optimiserOf(settings: S, lrMultipliers: LrMultipliers): Optimiser;
}

const rate = (text: string, value: number) =>
  z.number("must be a number").min(0, "must be 0 or more")
    .lt(1, "must be below 1").default(value).describe(text);

const adamWSettings = z.strictObject({
  beta1: rate("decay rate of the first moment", ADAMW_DEFAULTS.betas[0]),
  beta2: rate("decay rate of the second moment", ADAMW_DEFAULTS.betas[1]),
  epsilon: z.number("must be a number").positive("must be above 0")
    .default(ADAMW_DEFAULTS.epsilon)
    .describe("added to the root of the second moment"),
  weightDecay: z.number("must be a number").min(0, "must be 0 or more")
    .default(ADAMW_DEFAULTS.weightDecay)
    .describe("decay of weights of rank 2 and more, times the learning rate"),
});

/** AdamW's settings. */
type AdamWSettings = z.infer<typeof adamWSettings>;

function adamWConfig(
  { beta1, beta2, ...rest }: AdamWSettings,
  lrMultipliers: LrMultipliers,
) {
  return {
    ...ADAMW_DEFAULTS,
    ...rest,
    betas: [beta1, beta2] as const,
    lrMultipliers,
  };
}

const adamw: OptimiserKind<AdamWSettings> = {
  settings: adamWSettings,
  optimiserOf: (settings, lrMultipliers) =>
    adamW(adamWConfig(settings, lrMultipliers)),
};

const adafactorKind: OptimiserKind<AdamWSettings> = {
  settings: adamWSettings.extend({
    beta1: rate(
      "decay rate of the first moment; 0 keeps none",
      ADAFACTOR_DEFAULTS.betas[0],
    ),
  }),
  optimiserOf: (settings, lrMultipliers) =>
    adafactor({ ...adamWConfig(settings, lrMultipliers), name: "adafactor" }),
};

type MuonSettings = AdamWSettings & { momentum: number };

const muonSettings: z.ZodType<MuonSettings> = adamWSettings.extend({
  momentum: rate("decay of the sum of gradients", MUON_DEFAULTS.momentum),
});

const muonKind: OptimiserKind<MuonSettings> = {
  settings: muonSettings,
  optimiserOf: ({ momentum, ...settings }, lrMultipliers) =>
    muon({
      ...MUON_DEFAULTS,
      momentum,
      rest: adamWConfig(settings, lrMultipliers),
    }),
};

const muonAdafactor: OptimiserKind<MuonSettings> = {
  settings: muonSettings,
  optimiserOf: ({ momentum, ...settings }, lrMultipliers) =>
    muon({
      ...MUON_DEFAULTS,
      momentum,
      rest: { ...adamWConfig(settings, lrMultipliers), name: "adafactor" },
    }),
};

/**
 * The optimisers by their names, with the numbers that they keep for a weight of
 * `R` rows and `C` columns beside the weight itself.
 */
export const OPTIMISERS = {
  /** `2 R C` */
  adamw,
  /** `R C` for matrices of hidden layers, else `2 R C`. */
  muon: muonKind,
  /** `R C`, and `R + C` where it is no matrix of a hidden layer. */
  "muon-adafactor": muonAdafactor,
  /** `R + C` */
  adafactor: adafactorKind,
} as const;

/** Name of an optimiser. */
export type OptimiserName = keyof typeof OPTIMISERS;
