import { type Device, openDevice } from "../../compiler/mod.ts";
import {
  exists,
  InputError,
  lockFolder,
  makeWritableFolder,
  type Progress,
  removePartialFiles,
  thisProcess,
} from "../../core/mod.ts";
import { GRAPH_CACHE } from "../graph_cache.ts";
import {
  type CaptionedClip,
  otherClips,
  renderedClip,
  videoClip,
} from "./clips.ts";
import type { DemoOptions } from "./options.ts";
import { type DemoPlan, demoPlan } from "./plan.ts";
import { openMetrics, type StageContext } from "./stages.ts";

/** A demo run that is ready to begin, or to go on. */
export interface DemoRun extends Disposable {
  readonly context: StageContext;
  /** The clip to learn. */
  readonly subject: CaptionedClip;
  /** Others, so that captions come to mean something. */
  readonly others: readonly CaptionedClip[];
}

/**
 * Opens a demo run in its folder: the clips, the device, the metrics, cut back
 * to the last checkpoint. The folder is this run's alone until it is disposed.
 *
 * @throws {InputError} if the video cannot be used, or the folder not written, or
 *   it is another run's
 */
export async function openDemo(
  options: DemoOptions,
  { progress, signal }: { progress: Progress; signal: AbortSignal },
): Promise<DemoRun> {
  const plan = demoPlan(options.preset);
  const folder = options.out;
  await assertOwnFolder(folder);
  // Before a folder is made: a wrong path must leave nothing behind.
  const given = options.video === undefined
    ? undefined
    : await videoClip(options.video, options.caption, plan);
  using opened = new DisposableStack();
  const device: Device = opened.use(
    await openDevice(options.device, { cache: GRAPH_CACHE }),
  );
  await makeWritableFolder(folder, "--out");
  opened.use(lockFolder(folder, thisProcess(new Date())));
  await removePartialFiles(folder);
  const others = await otherClips(plan);
  const subject = given ??
    await renderedClip(`${folder}/rendered.mp4`, options.caption, plan);
  const fingerprint = await fingerprintOf(plan, subject);
  const metrics = opened.use(await openMetrics(folder, fingerprint));
  const context: StageContext = {
    plan,
    device,
    folder,
    fingerprint,
    metrics,
    progress,
    signal,
    clock: () => performance.now(),
  };
  const held = opened.move();
  return {
    context,
    subject,
    others,
    [Symbol.dispose]: () => held.dispose(),
  };
}

/** Files that a demo never writes, and what has them. */
const FOREIGN = {
  "config.json": "a training",
  "data.json": "a training",
  "vocabulary.json": "packed models",
};

/** @throws {InputError} if a folder is another command's, whose metrics would be cut off */
async function assertOwnFolder(folder: string): Promise<void> {
  for (const [name, owner] of Object.entries(FOREIGN)) {
    if (!await exists(`${folder}/${name}`)) continue;
    throw new InputError(
      `Cannot use "${folder}": it must be a new folder or that of a demo: its ` +
        `${name} is that of ${owner}; choose another with --out`,
    );
  }
}

/** What a checkpoint must agree with to be gone on from. */
async function fingerprintOf(
  plan: DemoPlan,
  { caption, clip }: CaptionedClip,
): Promise<unknown> {
  const digest = await crypto.subtle.digest("SHA-256", clip.data);
  return { plan, caption, clip: new Uint8Array(digest).toHex() };
}
