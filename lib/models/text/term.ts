/** The kinds of things that people who make videos say of them. */
export const TERM_CATEGORIES = [
  "camera",
  "effects",
  "composition",
  "lighting",
  "editing",
] as const;

/** One of them. */
export type TermCategory = typeof TERM_CATEGORIES[number];

/** A word of the trade, such as "dolly zoom", that has an embedding of its own. */
export interface VideoTerm {
  /** Names the term for good: `dolly_zoom`. */
  readonly id: string;
  readonly category: TermCategory;
  /** In English. */
  readonly name: string;
  /** Other ways to say it, by language (BCP 47). */
  readonly aliases: Readonly<Record<string, readonly string[]>>;
}
