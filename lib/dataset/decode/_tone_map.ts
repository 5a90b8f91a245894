/** How video codes light beyond that of an ordinary screen. */
export type HighDynamicRange = "smpte2084" | "arib-std-b67";

/** What a diffuse white measures in such video, in cd/m2 (ITU-R BT.2408). */
const WHITE = 203;

/**
 * FFmpeg filters that show high dynamic range on an ordinary screen: to linear
 * light, BT.2020 to BT.709, the highlights rolled off, and BT.709 again.
 * Without them such video is grey and pale.
 *
 * @param transfer FFmpeg's name: `smpte2084` (PQ) or `arib-std-b67` (HLG).
 */
export function toneMapFilters(
  transfer: HighDynamicRange | undefined,
): string[] {
  if (transfer === undefined) return [];
  return [
    "format=yuv444p16",
    `zscale=matrixin=bt2020nc:primariesin=bt2020:transferin=${transfer}:transfer=linear:npl=${WHITE}`,
    "format=gbrpf32",
    "zscale=primaries=bt709",
    // Below 0.3 of white nothing changes; above it, highlights are compressed.
    "tonemap=mobius:param=0.3:desat=0",
    "zscale=transfer=bt709:matrix=bt709:range=limited",
    "format=yuv444p",
    "scale=flags=accurate_rnd:in_color_matrix=bt709",
  ];
}
