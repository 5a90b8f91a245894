import type { AllowedExports } from "./check_exports.ts";

/**
 * Exports of `lib/` that no command, notebook or benchmark reaches, each with
 * the reason why it stays. The use by readers is a reason only for what the
 * README or `docs/` tell of.
 */
export const ALLOWED_EXPORTS: AllowedExports = {
  "lib/compiler/ir/print.ts": {
    printGraph: "shows what the compiler emits (docs/compiler.md)",
  },
  "lib/models/text_to_video/pixels.ts": {
    pixels: "the VAE of modules that want none (docs/your_own.md)",
    PixelSettings: "the settings of pixels (docs/your_own.md)",
  },
  "lib/trainer/run/parts.ts": {
    parts: "checks the types of a module of parts (docs/your_own.md)",
  },
  "lib/compiler/trace/trace.ts": {
    arraysOf: "reads the result of an eager run (docs/compiler.md)",
  },
};
