import { Buffer } from "node:buffer";
import { GlobalFonts } from "@napi-rs/canvas";

/** The family name under which the font is registered. */
const FAMILY = "DejaVu Sans (bundled)";

/**
 * Makes text appear on any machine: one without fonts (a container, say) would
 * draw none at all. DejaVu Sans has the Latin, Greek, Cyrillic, Arabic,
 * Armenian and Georgian scripts; for others the system's own fonts step in,
 * where there are any.
 *
 * @returns The family, quoted as a canvas wants it, with what stands in for
 * missing letters.
 */
export async function labelFontFamily(): Promise<string> {
  if (!GlobalFonts.has(FAMILY)) {
    const file = new URL(
      import.meta.resolve("dejavu-fonts-ttf/ttf/DejaVuSans.ttf"),
    );
    GlobalFonts.register(Buffer.from(await Deno.readFile(file)), FAMILY);
  }
  return `"${FAMILY}", sans-serif`;
}
