import { createHash } from "node:crypto";

/** A cache of models as the runtime optimised them. */
export interface ModelCache {
  /** Created when first needed. */
  readonly folder: string;
  /** The processor that models are optimised for: no other uses them. */
  readonly machine: string;
}

/** Smaller models are optimised too fast to be worth keeping, bytes. */
const WORTH_KEEPING = 10_000;
/** Most models; the least recently used is removed first. */
const MOST_MODELS = 48;

/**
 * The place of one model in a cache. Its name is a digest of all inputs, so that
 * an entry is never stale.
 */
export class CachedModel {
  readonly #folder: string;
  readonly #path: string;

  private constructor(folder: string, digest: string) {
    this.#folder = folder;
    this.#path = `${folder}/${digest}.onnx`;
  }

  /**
   * @param settings All other inputs of the result.
   * @returns undefined for a model that is not worth keeping
   */
  static of(
    model: Uint8Array<ArrayBuffer>,
    { folder, machine }: ModelCache,
    settings: unknown,
  ): CachedModel | undefined {
    if (model.byteLength < WORTH_KEEPING) return undefined;
    const digest = createHash("sha256")
      .update(JSON.stringify({ machine, settings }))
      .update(model)
      .digest("hex");
    return new CachedModel(folder, digest);
  }

  /** The optimised model, if it is there. */
  read(): Uint8Array<ArrayBuffer> | undefined {
    try {
      const bytes = Deno.readFileSync(this.#path);
      const now = new Date();
      Deno.utimeSync(this.#path, now, now);
      return bytes;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }

  /**
   * Has a new one written beside its place, then moves it there and removes old
   * ones.
   */
  write(writeTo: (path: string) => void): void {
    Deno.mkdirSync(this.#folder, { recursive: true });
    const partial = Deno.makeTempFileSync({
      dir: this.#folder,
      prefix: ".partial-",
    });
    try {
      writeTo(partial);
      Deno.renameSync(partial, this.#path);
    } catch (error) {
      Deno.removeSync(partial);
      throw error;
    }
    for (const { path } of modelsIn(this.#folder).slice(MOST_MODELS)) {
      Deno.removeSync(path);
    }
  }

  /** Removes an unusable entry. */
  remove(): void {
    Deno.removeSync(this.#path);
  }
}

/** The models in a folder, the one that was used last first. */
function modelsIn(folder: string): { path: string; used: number }[] {
  return [...Deno.readDirSync(folder)]
    .filter(({ name }) => name.endsWith(".onnx"))
    .map(({ name }) => {
      const path = `${folder}/${name}`;
      return { path, used: Deno.statSync(path).mtime?.getTime() ?? 0 };
    })
    .sort((a, b) => b.used - a.used);
}
