import type { Shot } from "../../dataset/curate/mod.ts";
import type { RunConfig } from "../run/config.ts";
import { phaseOf, type Stage } from "../stages/stages.ts";
import type { Split } from "./world.ts";

/** The fields of a run that select shots. */
type SelectionConfig = Pick<RunConfig, "curriculum" | "fill" | "plans">;

/** With `--fill`, a phase takes at least this share of all shots. */
const FILL_SHARE = 0.1;

/**
 * The shots of a source for a stage: all for the VAE, the text encoder, phase 5
 * and without a curriculum, else those of the phase by their scores. Held-out
 * shots of another phase stand in where a phase has none.
 *
 * @param log Prints a line where the shots are others than the phase's own.
 * @returns none if the phase has none and may not be filled
 */
export function shotsOf(
  { name, shots }: { readonly name: string; readonly shots: readonly Shot[] },
  stage: Stage,
  split: Split,
  { curriculum, fill, plans }: SelectionConfig,
  log: (line: string) => void = () => {},
): readonly Shot[] {
  const own = shots.filter((shot) => shot.split === split);
  if (split === "validation" && own.length === 0) {
    log(
      `note: no shot of ${name} is held out: the held-out loss of ${stage} is ` +
        "measured on training clips; ingest with --validation above 0",
    );
    return shotsOf({ name, shots }, stage, "train", {
      curriculum,
      fill,
      plans,
    });
  }
  const phase = phaseOf(stage);
  if (phase === undefined || phase === 5 || curriculum === "none") return own;
  const selected = own.filter((shot) => shot.phase === phase);
  if (split === "validation" && selected.length === 0) {
    log(
      `note: no held-out shot of ${name} belongs to phase ${phase}: the ` +
        "held-out loss is measured on those of all phases",
    );
    return own;
  }
  if (split === "validation") return selected;
  const enough = Math.max(plans[stage].batch, FILL_SHARE * own.length);
  if (selected.length >= enough) return selected;
  if (!fill) {
    if (selected.length > 0 && selected.length < plans[stage].batch) {
      log(
        `note: phase ${phase} has only ${selected.length} shots of ${name}; ` +
          "--fill adds those that are nearest to it",
      );
    }
    return selected;
  }
  const filled = own.toSorted((a, b) =>
    a.distances[phase - 1]! - b.distances[phase - 1]!
  ).slice(0, Math.ceil(enough));
  log(
    `note: phase ${phase} has ${selected.length} shots of ${name}; filled with ` +
      `the nearest to ${filled.length}`,
  );
  return own.filter((shot) => filled.includes(shot));
}
