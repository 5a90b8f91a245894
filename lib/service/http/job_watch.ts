import { pause } from "../../core/mod.ts";
import type { Database } from "../database/mod.ts";
import type { JobRow } from "../jobs/mod.ts";
import type { Log } from "../log.ts";

/** Receives a job at each change, and undefined once it is deleted. */
export type JobListener = (job: JobRow | undefined) => void;

/** Watches jobs for any number of streams with one query at a time. */
export class JobWatch {
  readonly #listeners = new Map<string, Set<JobListener>>();
  readonly #owners = new Map<string, number>();
  readonly #revisions = new Map<string, number>();
  #running: Promise<void> | undefined;

  /** @param every Milliseconds between two queries. */
  constructor(
    private readonly database: Database,
    private readonly log: Log,
    private readonly every: number,
  ) {}

  /** Listeners to the jobs of a user. */
  listenersOf(owner: string): number {
    return this.#owners.get(owner) ?? 0;
  }

  /** Calls a listener at each change of a job from now on, until disposed of. */
  watch(
    { id, owner }: Pick<JobRow, "id" | "owner">,
    listener: JobListener,
  ): Disposable {
    this.#owners.set(owner, this.listenersOf(owner) + 1);
    const listeners = this.#listeners.get(id) ?? new Set();
    listeners.add(listener);
    this.#listeners.set(id, listeners);
    // The first answer to a new listener must not count as known.
    this.#revisions.delete(id);
    this.#running ??= this.#run();
    return {
      [Symbol.dispose]: () => {
        if (!listeners.delete(listener)) return;
        const left = this.listenersOf(owner) - 1;
        if (left > 0) this.#owners.set(owner, left);
        else this.#owners.delete(owner);
        if (listeners.size > 0) return;
        this.#listeners.delete(id);
        this.#revisions.delete(id);
      },
    };
  }

  /** Resolves once nothing is watched any more. */
  async idle(): Promise<void> {
    await this.#running;
  }

  /** Ends once nothing is watched. */
  async #run(): Promise<void> {
    while (this.#listeners.size > 0) {
      try {
        await this.#look();
      } catch (error) {
        this.log.error("jobs cannot be watched", error);
      }
      await pause(this.every);
    }
    this.#running = undefined;
  }

  async #look(): Promise<void> {
    const ids = [...this.#listeners.keys()];
    const rows = await this.database.selectFrom("jobs").selectAll()
      .where("id", "in", ids).where("deleted_at", "is", null).execute();
    const found = new Map(rows.map((row) => [row.id, row]));
    for (const id of ids) {
      const row = found.get(id);
      if (row && this.#revisions.get(id) === row.revision) continue;
      if (row) this.#revisions.set(id, row.revision);
      for (const listener of this.#listeners.get(id) ?? []) listener(row);
    }
  }
}
