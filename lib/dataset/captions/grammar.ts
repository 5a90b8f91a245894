import type {
  Angle,
  CameraMove,
  Light,
  MotionId,
  ObjectKind,
  Weather,
} from "../vocabulary/mod.ts";

/** How one language makes a sentence of labels. */
export interface Grammar {
  /** BCP 47 tag, of those in `LANGUAGES`. */
  readonly language: string;
  /**
   * A subject and what it does: "a red circle moves right".
   *
   * @param name The object's name in CLDR.
   */
  clause(name: string, kind: ObjectKind, motion: MotionId): string;
  /** Joins the clauses of two or more subjects. */
  join(clauses: readonly string[]): string;
  readonly camera: Readonly<Record<Exclude<CameraMove, "still">, string>>;
  readonly angle: Readonly<Record<Exclude<Angle, "level">, string>>;
  readonly weather: Readonly<Record<Exclude<Weather, "clear">, string>>;
  readonly light: Readonly<Record<Exclude<Light, "day">, string>>;
  /** Between the subjects and what is said of camera, weather and light. */
  readonly comma: string;
}
