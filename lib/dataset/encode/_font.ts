import { Buffer } from "node:buffer";
import { GlobalFonts } from "@napi-rs/canvas";

const FAMILY = "DejaVu Sans (bundled)";

/**
 * Families of system fonts for other scripts. The canvas falls back only to
 * families that are named.
 */
const FALLBACK_FAMILIES = [
  /^Noto (Sans|Serif)( CJK [A-Z]{2}| [A-Z][a-z]+)?$/,
  /^(PingFang SC|Hiragino Sans|Apple SD Gothic Neo|Kohinoor Devanagari|Thonburi)$/,
  /^(Microsoft YaHei|Yu Gothic|Malgun Gothic|Nirmala UI|Leelawadee UI|Ebrima)$/,
] as const;

/**
 * Registers the bundled font, so that labels appear on machines without fonts.
 * DejaVu Sans covers the Latin, Greek, Cyrillic, Arabic, Armenian and Georgian
 * scripts; other scripts fall back to system fonts where installed (Debian:
 * fonts-noto-core, fonts-noto-cjk).
 *
 * @returns The value of a canvas's font family: the bundled font and its
 * fallbacks.
 */
export async function labelFontFamily(): Promise<string> {
  if (!GlobalFonts.has(FAMILY)) {
    const file = new URL(
      import.meta.resolve("dejavu-fonts-ttf/ttf/DejaVuSans.ttf"),
    );
    GlobalFonts.register(Buffer.from(await Deno.readFile(file)), FAMILY);
  }
  const others = GlobalFonts.families.map(({ family }) => family)
    .filter((family) => FALLBACK_FAMILIES.some((form) => form.test(family)))
    .sort();
  return [...[FAMILY, ...others].map((family) => `"${family}"`), "sans-serif"]
    .join(", ");
}
