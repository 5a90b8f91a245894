import { InputError } from "../../core/mod.ts";
import type { ClipSource } from "../../dataset/batches/mod.ts";
import { UnreadableClipError } from "../../dataset/curate/mod.ts";

/** Clips drawn in place of one that cannot be read, before giving up. */
const ATTEMPTS = 8;
/** Share of the files that may be unreadable, and one file more. */
const TOLERATED = 0.01;
/** Files that an error lists. */
const LISTED = 10;

/** Files that could not be read in a run, each with its reason. */
export class UnreadableFiles {
  readonly #total: number;
  readonly #reasons = new Map<string, string>();
  readonly #log: (line: string) => void;
  readonly #fresh: string[] = [];

  /**
   * @param total Number of files of the data.
   * @param log Prints a line for each file.
   */
  constructor(total: number, log: (line: string) => void) {
    this.#total = total;
    this.#log = log;
  }

  /** Reasons by path. */
  get reasons(): ReadonlyMap<string, string> {
    return this.#reasons;
  }

  /** Fields of the metrics: the reasons since the last call, if any. */
  record(): { readonly unreadable?: readonly string[] } {
    const fresh = this.#fresh.splice(0);
    return fresh.length > 0 ? { unreadable: fresh } : {};
  }

  /**
   * Records a file.
   *
   * @throws {InputError} with a list, if more than 1 % of the files and one more
   *   are unreadable
   */
  add({ path, message }: UnreadableClipError): void {
    if (this.#reasons.has(path)) return;
    this.#reasons.set(path, message);
    this.#fresh.push(message);
    this.#log(
      `note: another clip takes the place of an unreadable one: ${message}`,
    );
    const { size } = this.#reasons;
    if (size <= 1 + Math.ceil(TOLERATED * this.#total)) return;
    const listed = [...this.#reasons.values()].slice(0, LISTED);
    throw new InputError(
      `Cannot train on the data: at most ${100 * TOLERATED} % of the files ` +
        `may be unreadable: ${size} of ${this.#total} are: ${
          listed.join(" | ")
        }${size > LISTED ? " | ..." : ""}; restore them, or ingest again`,
    );
  }
}

/**
 * A source in which another clip takes the place of one that cannot be read: one
 * clip never ends a run. The other clip follows from the generator.
 *
 * @param files Records what could not be read.
 */
export function readableClips(
  source: ClipSource,
  files: UnreadableFiles,
): ClipSource {
  return {
    ...source,
    async clipAt(index, shape, rng) {
      let chosen = index;
      for (let attempt = 1;; attempt++) {
        try {
          // The first attempt draws from the generator itself.
          const draw = attempt === 1 ? rng : rng.fork(`replacement ${attempt}`);
          const clip = await source.clipAt(chosen, shape, draw);
          return attempt === 1 ? clip : { ...clip, index: chosen };
        } catch (error) {
          if (!(error instanceof UnreadableClipError)) throw error;
          files.add(error);
          if (attempt === ATTEMPTS) throw error;
          chosen = rng.fork(`place ${attempt}`).integer(source.length);
        }
      }
    },
  };
}
