import assert from "node:assert/strict";
import {
  noticeText,
  packagesIn,
  presentNotice,
} from "../../.ci/write_notice.ts";

Deno.test("NOTICE is what deno task notice writes", async () => {
  assert.equal(
    await Deno.readTextFile("NOTICE"),
    await presentNotice(),
    "run deno task notice",
  );
});

Deno.test("packages of a lock are listed once, without builds for other systems", () => {
  const lock = JSON.stringify({
    npm: {
      "@a/b@1.0.0_zod@4.6.7": {},
      "@a/b@1.0.0": {},
      "c@2.0.0": { os: ["darwin"] },
      "d@3.0.0-beta.1": { os: ["linux"], cpu: ["x64"] },
    },
  });
  assert.deepEqual(packagesIn(lock), [
    { name: "@a/b", version: "1.0.0" },
    { name: "d", version: "3.0.0-beta.1" },
  ]);
});

Deno.test("a part of a package that is gone is an error", () => {
  assert.throws(
    () => noticeText([{ name: "zod", version: "4.6.7", licence: "MIT" }], []),
    /no package @seydx\/node-av-linux-x64: take it out of PARTS/,
  );
});
