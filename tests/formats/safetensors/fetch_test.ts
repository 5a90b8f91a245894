import assert from "node:assert/strict";
import { fetchSafetensorsHeader } from "lib/formats/safetensors/mod.ts";
import { fileOf } from "./_files.ts";

const ADDRESS = "https://example.org/model.safetensors";
const HEADER = '{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}';
const FILE = fileOf(HEADER, 8);
const FOUND = {
  metadata: {},
  entries: [{ name: "w", dtype: "F32", shape: [2], begin: 0, end: 8 }],
};

/** A server in this process, and what it was asked for and gave. */
interface Server {
  readonly fetch: NonNullable<
    NonNullable<Parameters<typeof fetchSafetensorsHeader>[1]>["fetch"]
  >;
  readonly ranges: string[];
  /** Bytes that were taken from bodies. */
  taken: number;
  cancelled: number;
}

/** Bytes of a part of a body; small, so that reading on can be seen. */
const PART = 16;

function serverOf(
  answer: (begin: number, end: number) => {
    readonly body: Uint8Array;
    readonly status: number;
    readonly headers?: Record<string, string>;
  },
): Server {
  const server: Server = {
    ranges: [],
    taken: 0,
    cancelled: 0,
    fetch(_address, { headers }) {
      const range = headers.range!;
      server.ranges.push(range);
      const [, begin, end] = /^bytes=(\d+)-(\d+)$/.exec(range)!;
      const { body, ...init } = answer(Number(begin), Number(end));
      let at = 0;
      const stream = new ReadableStream<Uint8Array>({
        pull(controller) {
          if (at >= body.length) return controller.close();
          const part = body.slice(at, at + PART);
          at += part.length;
          server.taken += part.length;
          controller.enqueue(part);
        },
        cancel() {
          server.cancelled++;
        },
      }, { highWaterMark: 0 });
      return Promise.resolve(new Response(stream, init));
    },
  };
  return server;
}

/** Answers ranges as RFC 9110 has it. */
function rangeServer(file: Uint8Array): Server {
  return serverOf((begin, end) => {
    if (begin >= file.length) {
      return {
        status: 416,
        body: new Uint8Array(),
        headers: { "content-range": `bytes */${file.length}` },
      };
    }
    const body = file.slice(begin, end + 1);
    const last = begin + body.length - 1;
    return {
      status: 206,
      body,
      headers: { "content-range": `bytes ${begin}-${last}/${file.length}` },
    };
  });
}

/** Sends the file from its start, whatever is asked for. */
function plainServer(file: Uint8Array, told = true): Server {
  return serverOf(() => ({
    status: 200,
    body: file,
    ...told && { headers: { "content-length": String(file.length) } },
  }));
}

async function refuses(server: Server, problem: string): Promise<void> {
  await assert.rejects(fetchSafetensorsHeader(ADDRESS, server), {
    name: "InputError",
    message: `Cannot read "${ADDRESS}": ${problem}`,
  });
}

const FIX = "; export or download the file again";

Deno.test("fetchSafetensorsHeader() asks for the length and for the header, and for no more", async () => {
  const server = rangeServer(FILE);
  assert.deepEqual(await fetchSafetensorsHeader(ADDRESS, server), FOUND);
  assert.deepEqual(server.ranges, [
    "bytes=0-7",
    `bytes=8-${8 + HEADER.length - 1}`,
  ]);
  assert.equal(server.taken, 8 + HEADER.length);
});

Deno.test("fetchSafetensorsHeader() reads only the start from a server without ranges", async () => {
  const large = fileOf(
    HEADER.replace("[2]", "[2500]").replace("8]", "10000]"),
    10_000,
  );
  for (const told of [true, false]) {
    const server = plainServer(large, told);
    const { entries } = await fetchSafetensorsHeader(ADDRESS, server);
    assert.equal(entries[0]!.end, 10_000);
    assert.ok(server.taken < 200, `${server.taken} bytes were taken`);
    assert.equal(server.cancelled, 2);
  }
});

Deno.test("fetchSafetensorsHeader() takes only the requested bytes from a generous server", async () => {
  const server = serverOf((begin) => ({
    status: 206,
    body: new Uint8Array([...FILE.slice(begin), ...new Uint8Array(9999)]),
    headers: { "content-range": `bytes ${begin}-99999/${FILE.length}` },
  }));
  assert.deepEqual(await fetchSafetensorsHeader(ADDRESS, server), FOUND);
  assert.ok(server.taken < 200, `${server.taken} bytes were taken`);
});

Deno.test("fetchSafetensorsHeader() compares the data's size only where the server tells it", async () => {
  const cut = FILE.slice(0, -1);
  await refuses(
    rangeServer(cut),
    "the header describes 8 bytes of data, and the file must hold as many: " +
      `it holds 7${FIX}`,
  );
  assert.deepEqual(
    await fetchSafetensorsHeader(ADDRESS, plainServer(cut, false)),
    FOUND,
  );
});

Deno.test("fetchSafetensorsHeader() refuses lengths that lie", async () => {
  const tooLong = "the header must end within the file: " +
    `its length says 3 bytes, of which 2 are there${FIX}`;
  await refuses(rangeServer(fileOf("{}", 0, 3n)), tooLong);
  await refuses(plainServer(fileOf("{}", 0, 3n), false), tooLong);
  const gigabyte = rangeServer(fileOf("{}", 0, 1_000_000_000n));
  await refuses(
    gigabyte,
    "the header must have at most 100000000 bytes: its length says " +
      `1000000000${FIX}`,
  );
  assert.deepEqual(gigabyte.ranges, ["bytes=0-7"]);
  await refuses(
    rangeServer(new Uint8Array()),
    `the file must have at least 8 bytes: it has 0${FIX}`,
  );
  await refuses(
    rangeServer(new Uint8Array(8)),
    `the header must start with "{": it starts with ""${FIX}`,
  );
});

Deno.test("fetchSafetensorsHeader() refuses a file that changes between the two requests", async () => {
  let request = 0;
  await refuses(
    serverOf((begin, end) => {
      request++;
      return {
        status: 206,
        body: FILE.slice(begin, end + 1),
        headers: {
          "content-range": `bytes ${begin}-${end}/${FILE.length + request}`,
        },
      };
    }),
    `the file must stay as it is while it is read: it had ${
      FILE.length + 1
    } bytes and has ${FILE.length + 2}; read it again`,
  );
});

Deno.test("fetchSafetensorsHeader() says what a server answers in place of the file", async () => {
  const html = { "content-type": "text/html; charset=utf-8" };
  const body = new TextEncoder().encode("<!doctype html>");
  const page =
    "the address must lead to the file itself: it leads to a web page";
  const slash = "on Hugging Face, write /resolve/ in place of /blob/";
  await refuses(
    serverOf(() => ({ status: 200, body, headers: html })),
    `${page} (status 200); ${slash}`,
  );
  await refuses(
    serverOf(() => ({ status: 404, body })),
    "the server must hand out the file: it answers 404; check the address",
  );
  await refuses(
    serverOf(() => ({ status: 403, body })),
    "the server must hand out the file: it answers 403; download the file " +
      "with your account and read it from the disk",
  );
  const other = "; download the file and read it from the disk";
  await refuses(
    serverOf(() => ({ status: 206, body })),
    "the server must send the requested bytes from 0 on: it does not name " +
      `their range${other}`,
  );
  const shifted = { "content-range": "bytes 5-12/70" };
  await refuses(
    serverOf(() => ({ status: 206, body, headers: shifted })),
    "the server must send the requested bytes from 0 on: it sends bytes " +
      `5-12/70${other}`,
  );
});

Deno.test("fetchSafetensorsHeader() distinguishes a silent server from an aborted request", async () => {
  const failing = {
    fetch: () => Promise.reject(new TypeError("connection refused")),
  };
  await assert.rejects(fetchSafetensorsHeader(ADDRESS, failing), {
    name: "InputError",
    message: `Cannot read "${ADDRESS}": the server must answer: connection ` +
      "refused; check the address and the network",
  });
  const stop = new Error("stopped");
  await assert.rejects(
    fetchSafetensorsHeader(ADDRESS, {
      fetch: () => Promise.reject(stop),
      signal: AbortSignal.abort(stop),
    }),
    stop,
  );
});

Deno.test("fetchSafetensorsHeader() refuses an address that is none of the web", async () => {
  for (const address of ["model.safetensors", "file:///etc/passwd", ""]) {
    await assert.rejects(fetchSafetensorsHeader(address, rangeServer(FILE)), {
      name: "InputError",
      message:
        `Cannot read "${address}": the address must begin with http:// ` +
        "or https://: it does not; check the address",
    });
  }
});
