// gifenc 1.0.3 has no types; these are the parts that are used here.

/** `[red, green, blue]`, each in [0,255]. */
type Colour = [number, number, number];

interface Encoder {
  writeFrame(
    indices: Uint8Array,
    width: number,
    height: number,
    options?: {
      palette?: Colour[];
      /** Milliseconds. */
      delay?: number;
      /** 0 = for ever. */
      repeat?: number;
    },
  ): void;
  finish(): void;
  bytes(): Uint8Array<ArrayBuffer>;
}

declare const gifenc: {
  GIFEncoder(): Encoder;
  /** Chooses at most `maxColours` colours for RGBA pixels. */
  quantize(rgba: Uint8Array, maxColours: number): Colour[];
  /** The nearest colour of the palette for each RGBA pixel. */
  applyPalette(rgba: Uint8Array, palette: Colour[]): Uint8Array;
};
export default gifenc;
