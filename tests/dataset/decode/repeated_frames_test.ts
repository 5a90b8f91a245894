import assert from "node:assert/strict";
import { fpsText, repeatedShare, repeatNote } from "lib/dataset/decode/mod.ts";

Deno.test("repeatedShare() is the share of frames that a lower rate cannot give", () => {
  assert.equal(repeatedShare(2, 8), 0.75);
  assert.equal(repeatedShare(8, 8), 0);
  assert.equal(repeatedShare(7.995, 8), 0, "rounding of a container");
  assert.equal(fpsText(24000 / 1001), "23.98");
});

Deno.test("repeatNote() names the rate, the share of repeated frames and the fix", () => {
  assert.equal(repeatNote([{ fps: 24 }], 8), undefined);
  assert.equal(
    repeatNote([{ fps: 6 }], 8),
    "note: the video has 6 fps: at 8 fps 25 % of its frames repeat",
  );
  assert.equal(
    repeatNote([{ fps: 6 }, { fps: 4 }, { fps: 24 }], 8, "pass a lower --fps"),
    "note: 2 of 3 videos have fewer than 8 fps, the slowest 4: at 8 fps " +
      "38 % of their frames repeat; pass a lower --fps",
  );
});
