import type { AllowedExports } from "./check_exports.ts";

/**
 * Exports of `lib/` that no command, notebook or benchmark reaches, each with
 * the reason why it stays. The use by readers is a reason only for what the
 * README or `docs/` tell of.
 */
export const ALLOWED_EXPORTS: AllowedExports = {};
