import { Buffer } from "node:buffer";
import { GlobalFonts } from "@napi-rs/canvas";

/** The family name under which the font is registered. */
const FAMILY = "DejaVu Sans (bundled)";

/**
 * Fonts of other scripts as systems have them. The canvas looks for a letter in
 * the families that it is told, and in no others.
 */
const OF_OTHER_SCRIPTS = [
  /^Noto (Sans|Serif)( CJK [A-Z]{2}| [A-Z][a-z]+)?$/,
  /^(PingFang SC|Hiragino Sans|Apple SD Gothic Neo|Kohinoor Devanagari|Thonburi)$/,
  /^(Microsoft YaHei|Yu Gothic|Malgun Gothic|Nirmala UI|Leelawadee UI|Ebrima)$/,
] as const;

/**
 * Makes text appear on any machine: one without fonts (a container, say) would
 * draw none at all. DejaVu Sans has the Latin, Greek, Cyrillic, Arabic,
 * Armenian and Georgian scripts; for others the system's own fonts step in,
 * where there are any (Debian: fonts-noto-core, fonts-noto-cjk).
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
  const others = GlobalFonts.families.map(({ family }) => family)
    .filter((family) => OF_OTHER_SCRIPTS.some((form) => form.test(family)))
    .sort();
  return [...[FAMILY, ...others].map((family) => `"${family}"`), "sans-serif"]
    .join(", ");
}
