import assert from "node:assert/strict";
import {
  DiskFullError,
  float32,
  InputError,
  type NdArray,
} from "lib/core/mod.ts";
import {
  type Checkpoint,
  CheckpointFolder,
  ConfigChangedError,
} from "lib/trainer/mod.ts";

const form = { w: float32([2], [0, 0]) };
const CONFIG = { rate: 1 };

function at(step: number): Checkpoint<typeof form> {
  return {
    step,
    state: { w: float32([2], [step, -step]) },
    metricsBytes: step,
    seconds: 0,
  };
}

async function folderOf(
  keep: { keepLast?: number; keepEvery?: number },
  room?: (folder: string) => Promise<number>,
): Promise<CheckpointFolder> {
  const folder = `${await Deno.makeTempDir()}/phase1`;
  const retention = { keepLast: 2, keepEvery: 0, ...keep };
  return new CheckpointFolder(folder, CONFIG, retention, room);
}

Deno.test("newest() loads the newest; the latest few and every k-th are kept", async () => {
  const folder = await folderOf({ keepEvery: 4 });
  assert.deepEqual(await folder.newest(form), { damaged: [] });
  assert.equal(await folder.peek(), undefined);
  for (let step = 1; step <= 10; step++) await folder.save(at(step));
  assert.deepEqual(await folder.steps(), [10, 9, 8, 4]);
  assert.deepEqual(await folder.newest(form), {
    checkpoint: at(10),
    damaged: [],
  });
  assert.equal((await folder.peek())?.metricsBytes, 10);
});

Deno.test("a corrupt checkpoint is skipped for the one before", async () => {
  const folder = await folderOf({ keepLast: 3 });
  for (const step of [1, 2, 3]) await folder.save(at(step));
  const whole = await Deno.readFile(folder.pathOf(3));
  const damages: [string, (bytes: Uint8Array) => Uint8Array][] = [
    ["cut short", (bytes) => bytes.subarray(0, bytes.length - 3)],
    ["empty", () => new Uint8Array()],
    ["one bit of a number", (bytes) => {
      bytes[bytes.length - 2]! ^= 1;
      return bytes;
    }],
    ["the header", (bytes) => {
      bytes[20] = 0;
      return bytes;
    }],
  ];
  for (const [name, damage] of damages) {
    await Deno.writeFile(folder.pathOf(3), damage(whole.slice()));
    const { checkpoint, damaged } = await folder.newest(form);
    assert.equal(checkpoint?.step, 2, name);
    assert.equal(damaged.length, 1, name);
    assert.match(damaged[0]!, /step-00000003\.safetensors/, name);
  }
  for (const step of [1, 2]) {
    await Deno.truncate(folder.pathOf(step), 10);
  }
  await assert.rejects(() => folder.newest(form), (error) => {
    assert.ok(error instanceof InputError);
    assert.match(
      error.message,
      /a checkpoint must be readable: 3 are damaged, the newest: .*; remove the folder to start this stage again$/,
    );
    return true;
  });
});

Deno.test("a changed configuration is an error, not a corrupt file", async () => {
  const folder = await folderOf({});
  await folder.save(at(1));
  const other = new CheckpointFolder(folder.folder, { rate: 2 }, {
    keepLast: 1,
    keepEvery: 0,
  });
  await assert.rejects(() => other.newest(form), ConfigChangedError);
});

Deno.test("tensors of another form are refused by name", async () => {
  const folder = await folderOf({});
  await folder.save(at(1));
  const wider: { w: NdArray } = { w: float32([3], [0, 0, 0]) };
  await assert.rejects(
    () => folder.newest(wider),
    /tensor "w" must be float32\[3\]: it is float32\[2\]; pass a file/,
  );
});

Deno.test("a full disk removes old checkpoints first, then saving fails", async () => {
  let room = Infinity;
  let asked = 0;
  const folder = await folderOf({ keepLast: 3 }, () => {
    asked++;
    return Promise.resolve(room);
  });
  for (const step of [1, 2, 3]) await folder.save(at(step));
  assert.deepEqual(await folder.steps(), [3, 2, 1]);
  room = 1e6;
  await assert.rejects(() => folder.save(at(4)), (error) => {
    assert.ok(error instanceof DiskFullError);
    assert.match(
      error.message,
      /^Cannot save step 4 in ".*phase1": the disk must have room for 67\.1 MB: it has 1\.00 MB; the checkpoint after step 3 is kept: make room and run the same command$/,
    );
    return true;
  });
  assert.deepEqual(await folder.steps(), [3]);
  assert.equal(asked, 5); // once for each save, and again after making room
  assert.equal((await folder.newest(form)).checkpoint?.step, 3);
});
