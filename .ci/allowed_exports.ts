import type { AllowedExports } from "./check_exports.ts";

/**
 * Exports of `lib/` that no command, notebook or benchmark reaches, each with
 * the reason why it stays. The use by readers is a reason only for what the
 * README or `docs/` tell of.
 */
export const ALLOWED_EXPORTS: AllowedExports = {
  "lib/models/diffusion/guidance.ts": {
    energyGuidance:
      "a guidance hook for notebooks of users (docs/specification.md, section 6)",
    predictX0: "the x0 of a prediction, for guidance hooks of users (the same)",
  },
};
