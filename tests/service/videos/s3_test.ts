import assert from "node:assert/strict";
import { InputError } from "lib/core/mod.ts";
import { s3Endpoint, s3Options, s3Store } from "lib/service/videos/mod.ts";

/** A store in memory that wants signed requests. */
function memoryStore(): {
  readonly objects: Map<string, Uint8Array<ArrayBuffer>>;
  readonly fetch: (request: Request) => Promise<Response>;
} {
  const objects = new Map<string, Uint8Array<ArrayBuffer>>();
  return {
    objects,
    async fetch(request) {
      const { pathname } = new URL(request.url);
      const signed = request.headers.get("authorization") ?? "";
      if (
        !/^AWS4-HMAC-SHA256 Credential=id\/\d{8}\/eu-1\/s3\/aws4_request/.test(
          signed,
        )
      ) {
        return new Response(null, { status: 403 });
      }
      switch (request.method) {
        case "HEAD":
          return new Response(null, {
            status: pathname === "/films" ? 200 : 404,
          });
        case "PUT":
          objects.set(pathname, await request.bytes());
          return new Response("");
        case "DELETE":
          return new Response(null, {
            status: objects.delete(pathname) ? 204 : 404,
          });
      }
      const bytes = objects.get(pathname);
      if (bytes === undefined) return new Response("no", { status: 404 });
      const [, from, to] =
        /^bytes=(\d+)-(\d+)$/.exec(request.headers.get("range") ?? "") ?? [];
      return from === undefined
        ? new Response(bytes)
        : new Response(bytes.slice(Number(from), Number(to) + 1), {
          status: 206,
        });
    },
  };
}

const OPTIONS = {
  bucket: "films",
  prefix: "made",
  endpoint: "http://store",
  region: "eu-1",
  accessKeyId: "id",
  secretAccessKey: "secret",
};

Deno.test("a bucket keeps a video, gives parts of it, and removes it twice", async () => {
  const { objects, fetch } = memoryStore();
  const store = await s3Store({ ...OPTIONS, fetch });
  assert.equal(store.place, "s3://films/made");
  const saved = await store.save(
    "a.mp4",
    (path) => Deno.writeTextFile(path, "0123456789"),
  );
  assert.equal(saved.bytes, 10);
  assert.deepEqual([...objects.keys()], ["/films/made/a.mp4"]);
  const part = await store.open("a.mp4", { first: 3, last: 5 });
  assert.equal(await new Response(part).text(), "345");
  await store.remove("a.mp4");
  await store.remove("a.mp4");
  assert.equal(await store.open("a.mp4"), undefined);
});

Deno.test("a bucket that is not there or not ours is refused by name", async () => {
  const { fetch } = memoryStore();
  for (const wrong of [{ bucket: "other" }, { accessKeyId: "someone" }]) {
    await assert.rejects(
      () => s3Store({ ...OPTIONS, ...wrong, fetch }),
      (error: Error) =>
        error instanceof InputError &&
        /must exist at http:\/\/store/.test(error.message),
    );
  }
});

Deno.test("the place and the variables name a store", () => {
  const keys = { AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "secret" };
  const { bucket, prefix, endpoint, region } = s3Options(
    "s3://my-films/a/b/",
    keys,
  );
  assert.deepEqual([bucket, prefix, region], ["my-films", "a/b", "us-east-1"]);
  assert.equal(endpoint, "https://s3.us-east-1.amazonaws.com");
  assert.equal(
    s3Endpoint({ AWS_ENDPOINT_URL: "http://localhost:9000/" }),
    "http://localhost:9000",
  );
  assert.throws(
    () => s3Options("s3://A/", keys),
    /must be s3:\/\/BUCKET\/PREFIX/,
  );
  assert.throws(() => s3Options("s3://films", {}), /AWS_ACCESS_KEY_ID/);
});
