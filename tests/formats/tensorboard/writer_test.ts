import assert from "node:assert/strict";
import {
  crc32c,
  histogramOf,
  maskedCrc32c,
  openEventFile,
} from "lib/formats/tensorboard/mod.ts";

/** Records of a file, checked as TensorFlow's reader checks them. */
function recordsIn(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const records: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = Number(view.getBigUint64(at, true));
    const head = bytes.subarray(at, at + 8);
    assert.equal(view.getUint32(at + 8, true), maskedCrc32c(head));
    const data = bytes.subarray(at + 12, at + 12 + length);
    assert.equal(view.getUint32(at + 12 + length, true), maskedCrc32c(data));
    records.push(data);
    at += 16 + length;
  }
  return records;
}

const hex = (bytes: Uint8Array): string => bytes.toHex();

Deno.test("crc32c() gives the answers of RFC 3720", () => {
  // Appendix B.4; bytes there are the other way round.
  assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa);
  assert.equal(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8ab43);
  const rising = Uint8Array.from({ length: 32 }, (_, i) => i);
  assert.equal(crc32c(rising), 0x46dd794e);
  assert.equal(crc32c(rising.toReversed()), 0x113fdb5c);
});

Deno.test("a file begins with its version, and each event is one whole record", async () => {
  const folder = `${await Deno.makeTempDir()}/phase1`;
  let path: string;
  {
    using events = openEventFile(folder, {
      now: () => 1.5,
      host: "here",
      pid: 7,
      restartAt: 300,
    });
    path = events.path;
    events.write(300, [{ kind: "scalar", tag: "loss", value: 0.5 }]);
  }
  assert.equal(path, `${folder}/events.out.tfevents.0000000001.here.7.0`);
  const records = recordsIn(await Deno.readFile(path));
  const time = "09000000000000f83f"; // field 1, double 1.5
  assert.deepEqual(records.map(hex), [
    // field 3, 13 bytes: "brain.Event:2"
    `${time}1a0d${hex(new TextEncoder().encode("brain.Event:2"))}`,
    // field 2, varint 300; field 7, a message whose field 1 is 1
    `${time}10ac023a020801`,
    // field 5, a summary: field 1, a value: tag "loss", simple_value 0.5
    `${time}10ac022a0d0a0b0a046c6f7373150000003f`,
  ]);
});

Deno.test("two files of one second have different names", async () => {
  const folder = await Deno.makeTempDir();
  const options = { now: () => 9, host: "here", pid: 7 };
  using a = openEventFile(folder, options);
  using b = openEventFile(folder, options);
  assert.notEqual(a.path, b.path);
  assert.match(b.path, /\.1$/);
});

Deno.test("histogramOf() counts every finite value once, edges too, and leaves out the rest", () => {
  const found = histogramOf([-1, -1, 0, 1, NaN, Infinity]);
  assert.deepEqual(
    [found.min, found.max, found.count, found.sum, found.sumOfSquares],
    [-1, 1, 4, -1, 3],
  );
  assert.equal(found.counts.reduce((a, b) => a + b), 4);
  assert.equal(found.counts[0], 2);
  assert.equal(found.counts[15], 1);
  assert.equal(found.counts.at(-1), 1);
  assert.equal(found.limits.at(-1), 1);
  const same = histogramOf([2, 2]);
  assert.deepEqual([same.counts[0], same.limits[0]! > 2], [2, true]);
  assert.deepEqual(histogramOf([]).count, 0);
});

Deno.test("an event file that was disposed of refuses values", async () => {
  const folder = await Deno.makeTempDir();
  const file = openEventFile(folder, { now: () => 9, host: "here", pid: 7 });
  file[Symbol.dispose]();
  file[Symbol.dispose]();
  assert.throws(() => file.write(1, []), { name: "DisposedError" });
});
