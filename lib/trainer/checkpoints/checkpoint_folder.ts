import { type DeviceTensor, isDeviceTensor } from "../../compiler/mod.ts";
import {
  BYTES_PER_ELEMENT,
  bytesText,
  DiskFullError,
  InputError,
  isDiskFull,
  isNdArray,
  leavesOf,
  messageOf,
  type NdArray,
  sizeOf,
} from "../../core/mod.ts";
import {
  type Checkpoint,
  type CheckpointProgress,
  ConfigChangedError,
  loadCheckpoint,
  peekCheckpoint,
  saveCheckpoint,
} from "./checkpoint.ts";
import { freeBytes } from "../observers/machine.ts";

/** Retention of checkpoints. */
export interface Retention {
  /** Number of newest ones to keep, from 1; the second replaces a corrupt first. */
  readonly keepLast: number;
  /** Checkpoints at multiples of this number of steps are never removed; 0: none. */
  readonly keepEvery: number;
}

/** The newest readable checkpoint. */
export interface Found<S> {
  readonly checkpoint?: Checkpoint<S>;
  /** One line for each newer checkpoint that is corrupt. */
  readonly damaged: readonly string[];
}

/** Bytes that stay free on the disk, for metrics, samples and reports. */
export const DISK_RESERVE = 64 * 2 ** 20;

const NAME = /^step-(\d{8,})\.safetensors$/;

/** The checkpoints of one stage of a run. */
export class CheckpointFolder {
  readonly #config: unknown;
  readonly #retention: Retention;
  readonly #freeBytes: (folder: string) => Promise<number>;

  /**
   * @param folder Need not exist.
   * @param config Configuration of the stage; loading compares it.
   * @param freeSpace Bytes that may still be written.
   */
  constructor(
    readonly folder: string,
    config: unknown,
    retention: Retention,
    freeSpace: (folder: string) => Promise<number> = freeBytes,
  ) {
    this.#freeBytes = freeSpace;
    this.#config = config;
    this.#retention = retention;
  }

  /** Steps of the checkpoints, newest first. */
  async steps(): Promise<number[]> {
    const steps: number[] = [];
    try {
      for await (const { name } of Deno.readDir(this.folder)) {
        const match = NAME.exec(name);
        if (match) steps.push(Number(match[1]));
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    return steps.sort((a, b) => b - a);
  }

  /** File of the checkpoint of a step. */
  pathOf(step: number): string {
    return `${this.folder}/step-${String(step).padStart(8, "0")}.safetensors`;
  }

  /**
   * Loads the newest readable checkpoint.
   *
   * @param form A state of the expected names, types and shapes.
   * @throws {ConfigChangedError} if its configuration differs
   * @throws {InputError} if all checkpoints are corrupt
   */
  async newest<S>(form: S): Promise<Found<S>> {
    return await this.#firstOf(
      (path) => loadCheckpoint<S>(path, this.#config, form),
    );
  }

  /** Progress of the newest checkpoint with a readable header. */
  async peek(): Promise<CheckpointProgress | undefined> {
    const { checkpoint } = await this.#firstOf(
      (path) => peekCheckpoint(path, this.#config),
    );
    return checkpoint;
  }

  /**
   * Saves a checkpoint, then removes older ones. On a full disk all older ones
   * but the newest are removed first.
   *
   * @throws {DiskFullError} if the disk is still full; the newest one is kept
   */
  async save<S>(checkpoint: Checkpoint<S>): Promise<void> {
    await Deno.mkdir(this.folder, { recursive: true });
    const needed = bytesOf(checkpoint.state) + DISK_RESERVE;
    let free = await this.#freeBytes(this.folder);
    if (free < needed) {
      await this.#prune(1, 0);
      free = await this.#freeBytes(this.folder);
    }
    if (free < needed) throw await this.#full(checkpoint.step, needed, free);
    const path = this.pathOf(checkpoint.step);
    try {
      await saveCheckpoint(path, checkpoint, this.#config);
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      throw await this.#full(checkpoint.step, needed, 0);
    }
    const { keepLast, keepEvery } = this.#retention;
    await this.#prune(keepLast, keepEvery);
  }

  async #prune(keepLast: number, keepEvery: number): Promise<void> {
    for (const step of (await this.steps()).slice(keepLast)) {
      if (keepEvery > 0 && step % keepEvery === 0) continue;
      await Deno.remove(this.pathOf(step));
    }
  }

  async #full(
    step: number,
    needed: number,
    free: number,
  ): Promise<DiskFullError> {
    const [kept] = await this.steps();
    return new DiskFullError(
      `Cannot save step ${step} in "${this.folder}": the disk must have room ` +
        `for ${bytesText(needed)}: it has ${bytesText(free)}; the checkpoint ` +
        `after step ${kept ?? 0} is kept: make room and run the same command`,
    );
  }

  async #firstOf<T>(
    load: (path: string) => Promise<T | undefined>,
  ): Promise<{ checkpoint?: T; damaged: string[] }> {
    const damaged: string[] = [];
    const steps = await this.steps();
    for (const step of steps) {
      try {
        const checkpoint = await load(this.pathOf(step));
        return { checkpoint, damaged };
      } catch (error) {
        if (
          !(error instanceof InputError) || error instanceof ConfigChangedError
        ) throw error;
        damaged.push(messageOf(error));
      }
    }
    if (steps.length === 0) return { damaged };
    throw new InputError(
      `Cannot resume from "${this.folder}": a checkpoint must be readable: ` +
        `${damaged.length} are damaged, the newest: ${damaged[0]}; remove ` +
        "the folder to start this stage again",
    );
  }
}

/** Bytes of the leaves of a tree, by their types: arrays may be hollow. */
export function bytesOf(tree: unknown): number {
  return leavesOf(
    tree,
    (leaf): leaf is NdArray | DeviceTensor =>
      isNdArray(leaf) || isDeviceTensor(leaf),
  ).reduce((sum, [, leaf]) => {
    const { dtype, shape } = isNdArray(leaf) ? leaf : leaf.type;
    return sum + sizeOf(shape) * BYTES_PER_ELEMENT[dtype];
  }, 0);
}
