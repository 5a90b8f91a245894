import assert from "node:assert/strict";
import { addressProblem, isPublicAddress } from "lib/service/webhooks/mod.ts";

Deno.test("addresses of private networks are refused in all spellings", () => {
  const refused = [
    "https://localhost/",
    "https://LOCALHOST./",
    "https://a.localhost/",
    "https://vm/",
    "https://metadata.google.internal/",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://0x7f.0.0.1/",
    "https://017700000001/",
    "https://2130706433/",
    "https://10.1.2.3/",
    "https://100.64.0.1/",
    "https://169.254.169.254/",
    "https://172.31.0.1/",
    "https://192.168.1.1/",
    "https://0.0.0.0/",
    "https://224.0.0.1/",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[fe80::1]/",
    "https://[fd00::1]/",
    "https://[2002:7f00:1::]/",
  ];
  for (const url of refused) {
    assert.equal(
      addressProblem(url, "public"),
      "must not be an address of a private network",
      url,
    );
  }
  assert.equal(
    addressProblem("https://example.com:8443/a?b", "public"),
    undefined,
  );
  assert.equal(
    addressProblem("https://[2606:4700::1111]/", "public"),
    undefined,
  );
  assert.equal(addressProblem("https://172.32.0.1/", "public"), undefined);
});

Deno.test("a closed network may be allowed, with http", () => {
  assert.equal(addressProblem("http://127.0.0.1:8000/", "any"), undefined);
  assert.equal(addressProblem("https://localhost/", "any"), undefined);
  assert.equal(
    addressProblem("ftp://localhost/", "any"),
    "must begin with https://",
  );
  assert.equal(
    addressProblem("http://example.com/", "public"),
    "must begin with https://",
  );
});

Deno.test("results of look-ups are judged by the same rule", () => {
  for (
    const address of [
      "127.0.0.53",
      "10.0.0.1",
      "::1",
      "fe80::1",
      "::ffff:8.8.8.8",
    ]
  ) {
    assert.equal(isPublicAddress(address), false, address);
  }
  for (const address of ["8.8.8.8", "2a00:1450::1"]) {
    assert.equal(isPublicAddress(address), true, address);
  }
});
