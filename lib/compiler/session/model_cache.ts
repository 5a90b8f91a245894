import { createHash } from "node:crypto";

/** Where models are kept as the runtime optimised them. */
export interface ModelCache {
  /** The folder; made when first needed. */
  readonly folder: string;
  /** What the runtime fits models to: they are not used on another machine. */
  readonly machine: string;
}

/** Below this many bytes a model is optimised faster than it is worth keeping. */
const WORTH_KEEPING = 10_000;
/** Models kept; the ones that were used longest ago go first. */
const MOST_MODELS = 48;

/**
 * The place of one model in a cache, by its content: whatever goes into it is
 * part of its name, so that what is found is never stale.
 */
export class CachedModel {
  readonly #folder: string;
  readonly #path: string;

  private constructor(folder: string, digest: string) {
    this.#folder = folder;
    this.#path = `${folder}/${digest}.onnx`;
  }

  /**
   * @param settings All else that the result depends on.
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
   * Has a new one written, beside its place, and moves it there when it is
   * whole. What is old makes room.
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

  /** Forgets one that turned out to be of no use. */
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
