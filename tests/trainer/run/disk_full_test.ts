import assert from "node:assert/strict";
import { DiskFullError, silentProgress, StoppedError } from "lib/core/mod.ts";
import { readJsonl } from "lib/formats/jsonl/mod.ts";
import {
  type RunObserver,
  RunObservers,
} from "lib/trainer/observers/observer.ts";
import { runConfigOf, trainFlags } from "lib/recipes/train/mod.ts";
import { runError, type TrainHost, trainRun } from "lib/trainer/mod.ts";
import { writeTinyVae } from "../_tiny_vae.ts";

const full = (): Error =>
  Object.assign(new Error("No space left on device (os error 28)"), {
    code: "ENOSPC",
  });

/** A host whose display writes, and finds no room at a step. */
function hostFullAt(step: number): TrainHost {
  return {
    progress: silentProgress,
    signal: new AbortController().signal,
    clock: () => performance.now(),
    now: () => new Date(0),
    log() {},
    display(record) {
      if (record.step === step) throw full();
    },
  };
}

Deno.test("a full disk ends a run with one line, and the same command resumes it", async () => {
  const folder = await Deno.makeTempDir();
  const run = `${folder}/run`;
  await writeTinyVae(`${folder}/vae.safetensors`);
  const options = runConfigOf(trainFlags.parse({
    ...{ preset: "tiny", run, vae: `${folder}/vae.safetensors` },
    ...{ from: "scratch", heldOut: 2, batch: 2, samples: 8, maxSteps: 4 },
    saveEvery: 0,
  }));
  await assert.rejects(trainRun(options, "phase1", hostFullAt(3)), (error) => {
    assert.ok(error instanceof DiskFullError);
    assert.equal(
      error.message,
      `Cannot write to "${run}": the disk must have room for metrics, ` +
        "samples and reports: No space left on device (os error 28); the " +
        "last checkpoint is kept: make room and run the same command",
    );
    return true;
  });
  const summary = JSON.parse(await Deno.readTextFile(`${run}/summary.json`));
  assert.equal(summary.state, "failed");
  assert.match(summary.message, /make room and run the same command$/);

  await trainRun(options, "phase1", hostFullAt(-1));
  const steps = (await readJsonl(`${run}/metrics.jsonl`))
    .filter(({ loss }) => loss !== undefined).map(({ step }) => step);
  assert.deepEqual(steps, [1, 2, 3, 4], "each step once");
  await Deno.remove(folder, { recursive: true });
});

Deno.test("runError() finds the first error, even if closing files failed too", () => {
  const stopped = new StoppedError("was stopped");
  assert.equal(runError(new SuppressedError(full(), stopped), "r"), stopped);
  const other = new RangeError("a defect");
  assert.equal(runError(other, "r"), other);
  assert.ok(
    runError(new SuppressedError(other, full()), "r") instanceof DiskFullError,
  );
});

Deno.test("RunObservers call and close all observers, even if one throws", async () => {
  const told: string[] = [];
  const observer = (name: string, error?: Error): RunObserver => ({
    end() {
      told.push(`${name} end`);
      if (error) throw error;
    },
    [Symbol.asyncDispose]() {
      told.push(`${name} closed`);
      return error ? Promise.reject(error) : Promise.resolve();
    },
  });
  const observers = new RunObservers([
    observer("report", full()),
    observer("alerts"),
  ]);
  await assert.rejects(
    observers.end({ state: "failed", message: "" }),
    /No space left/,
  );
  await assert.rejects(observers[Symbol.asyncDispose](), /No space left/);
  assert.deepEqual(told.toSorted(), [
    "alerts closed",
    "alerts end",
    "report closed",
    "report end",
  ]);
});
