/** A mean as text with four digits; "exact" for null, the PSNR of equal clips. */
export function meanText(mean: number | null): string {
  return mean === null ? "exact" : short(mean);
}

/** A number as text with four digits. */
export function short(value: number): string {
  return Number.isFinite(value)
    ? String(Number(value.toPrecision(4)))
    : String(value);
}
