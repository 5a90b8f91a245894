import assert from "node:assert/strict";
import { InputError } from "lib/core/mod.ts";
import { folderStore, rangeOf } from "lib/service/videos/mod.ts";

Deno.test("a folder keeps a video, gives parts of it, and removes it twice", async () => {
  const folder = await Deno.makeTempDir();
  const store = await folderStore(folder);
  const saved = await store.save(
    "a.mp4",
    (path) => Deno.writeTextFile(path, "0123456789"),
  );
  assert.equal(saved.bytes, 10);
  assert.match(saved.sha256, /^84d89877/);
  const text = async (first: number, last: number) =>
    await new Response(await store.open("a.mp4", { first, last })).text();
  assert.deepEqual([await text(0, 0), await text(3, 5), await text(9, 9)], [
    "0",
    "345",
    "9",
  ]);
  assert.equal(
    await new Response(await store.open("a.mp4")).text(),
    "0123456789",
  );
  await store.remove("a.mp4");
  await store.remove("a.mp4");
  assert.equal(await store.open("a.mp4"), undefined);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a folder that takes no file is told, and leaves nothing behind", async () => {
  const folder = await Deno.makeTempDir();
  const store = await folderStore(`${folder}/videos`);
  await store.check();
  assert.deepEqual([...Deno.readDirSync(`${folder}/videos`)], []);
  await Deno.remove(`${folder}/videos`);
  await Deno.writeTextFile(`${folder}/videos`, "a file in its place");
  await assert.rejects(() => store.check());
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a place that is no folder is refused", async () => {
  const file = await Deno.makeTempFile();
  await assert.rejects(() => folderStore(file), InputError);
  await Deno.remove(file);
});

Deno.test("ranges that are odd, several or of other units mean the whole", () => {
  for (
    const header of [
      undefined,
      "",
      "bytes=",
      "bytes=-",
      "items=0-1",
      "bytes=0-1,3-4",
      "bytes=5-2",
      "bytes=a-b",
    ]
  ) {
    assert.equal(rangeOf(header, 10), undefined, String(header));
  }
  assert.deepEqual(rangeOf("bytes=0-", 10), { first: 0, last: 9 });
  assert.deepEqual(rangeOf("bytes=4-99999999999999999999", 10), {
    first: 4,
    last: 9,
  });
  assert.deepEqual(rangeOf("bytes=-99", 10), { first: 0, last: 9 });
  assert.equal(rangeOf("bytes=-0", 10), "none");
  assert.equal(rangeOf("bytes=0-", 0), "none");
});
