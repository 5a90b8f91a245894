import assert from "node:assert/strict";
import {
  batchOfClips,
  type NdArray,
  silentProgress,
  StoppedError,
} from "lib/core/mod.ts";
import type { ClipShape, ClipSource } from "lib/dataset/batches/mod.ts";
import { type Codec } from "lib/pipeline/mod.ts";
import { ranksInOneProcess } from "../../ranks/_ranks_in_one_process.ts";
import { replaceText } from "../../formats/_replace_text.ts";
import {
  type LatentCacheOptions,
  openLatentCache,
  readCachedFile,
} from "lib/trainer/mod.ts";

const SHAPE: ClipShape = { frames: 4, height: 16, width: 16, fps: 8 };

/** A codec whose latent is the first number of a clip, and what it was given. */
function countingCodec(): Codec & { encoded: number } {
  return {
    encoded: 0,
    encode(clips) {
      this.encoded += clips.length;
      const { data } = batchOfClips(clips);
      const size = data.length / clips.length;
      return Promise.resolve({
        dtype: "float32",
        shape: [clips.length, 1, 1, 1, 1],
        data: Float32Array.from(clips, (_, i) => data[i * size]!),
      });
    },
    decode: () => assert.fail("nothing is decoded"),
    [Symbol.dispose]() {},
  };
}

/** Clips whose every number is `(index + offset) / 1000`. */
function countingSource(length: number, offset = 0): ClipSource {
  return {
    name: "numbers",
    length,
    clipAt(index, { frames, height, width, fps }, rng) {
      const value = (index + offset) / 1000;
      return Promise.resolve({
        id: `numbers/${index}`,
        clip: {
          frames,
          height,
          width,
          fps,
          data: new Float32Array(frames * height * width * 3).fill(value),
        },
        caption: `${index} ${rng.integer(1000)}`,
        language: "en",
      });
    },
  };
}

async function options(
  given: Partial<LatentCacheOptions> = {},
): Promise<LatentCacheOptions & { codec: ReturnType<typeof countingCodec> }> {
  return {
    source: countingSource(300),
    shape: SHAPE,
    seed: 1,
    codecDigest: "abc",
    folder: `${await Deno.makeTempDir()}/latents`,
    progress: silentProgress,
    ...given,
    codec: countingCodec(),
  };
}

const first = ({ data }: NdArray): number => Math.round(data[0]! * 1000);

Deno.test("every clip is encoded once and read back at its index", async () => {
  const given = await options();
  const cache = await openLatentCache(given);
  assert.equal(given.codec.encoded, 300);
  for (const index of [0, 255, 256, 299, 17]) {
    const latent = await cache.latentAt(index);
    assert.deepEqual(latent.shape, [1, 1, 1, 1]);
    assert.equal(first(latent), index);
    assert.equal((await cache.entryAt(index)).id, `numbers/${index}`);
  }
  const again = await openLatentCache(given);
  assert.equal(given.codec.encoded, 300);
  assert.deepEqual(await again.entryAt(299), await cache.entryAt(299));
});

Deno.test("other weights, shapes and seeds have files of their own", async () => {
  const given = await options();
  const keys = new Set([(await openLatentCache(given)).key]);
  const others: Partial<LatentCacheOptions>[] = [
    { codecDigest: "abd" },
    { shape: { ...SHAPE, height: 32 } },
    { shape: { ...SHAPE, fps: 12 } },
    { seed: 2 },
    { source: { ...countingSource(300), name: "others" } },
  ];
  for (const other of others) {
    keys.add((await openLatentCache({ ...given, ...other })).key);
  }
  assert.equal(keys.size, 6);
});

Deno.test("an error while a batch is prefetched keeps its message", async () => {
  const rest = (): Promise<void> =>
    new Promise((resolve) => setTimeout(resolve, 5));
  const slow = countingSource(24);
  const drawing = await options({
    source: {
      ...slow,
      async clipAt(index, shape, rng) {
        await rest(); // an encoding that fails meanwhile has nobody waiting
        return await slow.clipAt(index, shape, rng);
      },
    },
  });
  drawing.codec.encode = () => Promise.reject(new Error("the device is gone"));
  await assert.rejects(openLatentCache(drawing), {
    message: "the device is gone",
  });

  let isEncoding = false;
  const reading = await options({
    source: {
      ...slow,
      clipAt: (index, shape, rng) =>
        index < 12
          ? slow.clipAt(index, shape, rng)
          : Promise.reject(new Error(`clip ${index} is gone`)),
    },
  });
  const { encode } = reading.codec;
  reading.codec.encode = async function (clips) {
    isEncoding = true;
    await rest();
    isEncoding = false;
    return await encode.call(this, clips);
  };
  await assert.rejects(openLatentCache(reading), {
    message: "clip 12 is gone",
  });
  assert.equal(isEncoding, false, "the codec may be disposed of");
});

Deno.test("clips that changed under the same name are encoded again", async () => {
  const given = await options();
  await openLatentCache(given);
  const changed = await openLatentCache({
    ...given,
    source: countingSource(300, 5),
  });
  assert.equal(given.codec.encoded, 600);
  assert.equal(first(await changed.latentAt(10)), 15);
});

Deno.test("a killed run continues with the next file and replaces a corrupt one", async () => {
  const abort = new AbortController();
  const given = await options({ source: countingSource(600) });
  await assert.rejects(
    () =>
      openLatentCache({
        ...given,
        signal: abort.signal,
        progress: {
          start: () => ({
            update: () => abort.abort(),
            finish() {},
            [Symbol.dispose]() {},
          }),
        },
      }),
    (error) =>
      error instanceof StoppedError &&
      /^Encoding of numbers was stopped at clip 256; encoded clips are kept$/
        .test(error.message),
  );
  assert.equal(given.codec.encoded, 256);
  const cache = await openLatentCache(given);
  assert.equal(given.codec.encoded, 600);
  const path = `${given.folder}/${cache.key}/00000256.safetensors`;
  await Deno.truncate(path, 500);
  const mended = await openLatentCache(given);
  assert.equal(given.codec.encoded, 856);
  assert.equal(first(await mended.latentAt(300)), 300);
});

Deno.test("a file deleted during a run is written again", async () => {
  const given = await options();
  const cache = await openLatentCache(given);
  await Deno.remove(`${given.folder}/${cache.key}/00000256.safetensors`);
  assert.equal(first(await cache.latentAt(290)), 290);
  assert.equal(given.codec.encoded, 344);
  assert.equal(first(await cache.latentAt(260)), 260);
  assert.equal(given.codec.encoded, 344);
});

Deno.test("readCachedFile() reads a file with its metadata and refuses other files", async () => {
  const given = await options();
  const { key } = await openLatentCache(given);
  const path = `${given.folder}/${key}/00000256.safetensors`;
  const file = await readCachedFile(path);
  assert.deepEqual(
    [file.source, file.codec, file.fps, file.clips.length],
    ["numbers", "abc", 8, 44],
  );
  assert.equal(first(file.latents[3]!), 259);
  const other = await Deno.makeTempFile();
  await Deno.writeFile(other, Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 123, 125));
  await assert.rejects(
    () => readCachedFile(other),
    /it must be a file of a latent cache; pass one of/,
  );
});

/** Flips the last bit of a byte of a file; below 0 from the end. */
async function flip(path: string, at: number): Promise<void> {
  const bytes = await Deno.readFile(path);
  bytes[(at + bytes.length) % bytes.length]! ^= 1;
  await Deno.writeFile(path, bytes);
}

Deno.test("a flipped bit of a latent is found at the first reading, and encoded again", async () => {
  const lines: string[] = [];
  const given = await options({ log: (line) => void lines.push(line) });
  const { key } = await openLatentCache(given);
  const path = `${given.folder}/${key}/00000256.safetensors`;
  await flip(path, -1);
  const cache = await openLatentCache(given);
  assert.equal(given.codec.encoded, 300);
  const all = [290, 299, 256].map((index) => cache.latentAt(index));
  assert.deepEqual((await Promise.all(all)).map(first), [290, 299, 256]);
  assert.equal(given.codec.encoded, 344, "once, however many are read");
  assert.deepEqual(lines, [
    `encoded again: Checksum mismatch: "${path}" is corrupt; remove the file: ` +
    "its clips are encoded again",
  ]);
  await flip(path, -1);
  await assert.rejects(
    () => readCachedFile(path),
    /^InputError: Checksum mismatch/,
  );
});

Deno.test("a changed caption, and a file of an earlier version, are encoded again", async () => {
  const lines: string[] = [];
  const given = await options({ log: (line) => void lines.push(line) });
  const { key } = await openLatentCache(given);
  const path = `${given.folder}/${key}/00000256.safetensors`;
  await replaceText(path, "numbers/260", "numbers/261");
  const cache = await openLatentCache(given);
  assert.equal((await cache.entryAt(260)).id, "numbers/260");
  assert.equal(given.codec.encoded, 344);
  await replaceText(path, '"seal"', '"sea1"');
  await openLatentCache(given);
  assert.equal(given.codec.encoded, 388);
  assert.match(lines[0]!, /Checksum mismatch/);
  assert.match(
    lines[1]!,
    /it must have checksums: it has none, as those of earlier/,
  );
  assert.equal(lines.length, 2);
});

Deno.test("ranks encode different files of one cache, and read all of them", async () => {
  const shared = await options({ source: countingSource(1000) });
  const runs = await Promise.all(
    ranksInOneProcess(3).map(async (ranks) => {
      const codec = countingCodec();
      const cache = await openLatentCache({ ...shared, codec, ranks });
      return { codec, cache };
    }),
  );
  // Four files: the first rank has two, the last file holds 232 clips.
  assert.deepEqual(runs.map(({ codec }) => codec.encoded), [488, 256, 256]);
  for (const { cache } of runs) {
    for (const index of [0, 300, 600, 999]) {
      assert.equal(first(await cache.latentAt(index)), index);
    }
  }
});

Deno.test("a stop of one rank's encoding stops that of all", async () => {
  const abort = new AbortController();
  const shared = await options({ source: countingSource(600) });
  const stopped = ranksInOneProcess(2).map((ranks) =>
    openLatentCache({
      ...shared,
      codec: countingCodec(),
      ranks,
      ...(ranks.rank === 1 && { signal: abort.signal }),
    })
  );
  abort.abort();
  for (const { status, ...rest } of await Promise.allSettled(stopped)) {
    assert.equal(status, "rejected");
    assert.ok((rest as PromiseRejectedResult).reason instanceof StoppedError);
  }
});
