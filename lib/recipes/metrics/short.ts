/** A number as text with four digits. */
export function short(value: number): string {
  return Number.isFinite(value)
    ? String(Number(value.toPrecision(4)))
    : String(value);
}
