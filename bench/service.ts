import { InputError } from "lib/core/mod.ts";
import {
  numberFlag,
  runProgram,
  wholeNumber,
} from "lib/recipes/command_line/mod.ts";
import * as z from "zod";

/** Flags of `deno task bench:service`. */
const flags = z.strictObject({
  url: z.url().default("http://127.0.0.1:8750").describe(
    "of a service that runs",
  ),
  key: z.string().min(1, "must not be empty").transform((text) =>
    text.split(",")
  ).describe("API keys with read and write, separated by commas, used in turn"),
  seconds: numberFlag({ above: 0 }).default(5).describe(
    "of each kind of request",
  ),
  model: z.string().default("stand-in").describe("model of the jobs"),
  clients: wholeNumber(1).default(16).describe(
    "requests at once",
  ),
  rate: numberFlag({ above: 0 }).default(50).describe(
    "requests a second where others work or listen meanwhile",
  ),
  draw: z.string().optional().describe(
    "trained model that samples clips while jobs are read",
  ),
  streams: wholeNumber(0).default(0).describe(
    "streams of events that are open while jobs are read, 50 for each user",
  ),
  jobs: wholeNumber(0).default(0).describe(
    "jobs to make and wait for, with the memory of the service between them; one key must be an operator's",
  ),
});
type Flags = z.infer<typeof flags>;

/** A kind of request and the status that it must have, or one of several. */
interface Kind {
  readonly name: string;
  readonly status: number | readonly number[];
  readonly path: string;
  readonly body?: unknown;
  /** DELETE; else GET, or POST where there is a body. */
  readonly method?: "DELETE";
}

/** Times of one kind of request. */
interface Times {
  readonly perSecond: number;
  /** Milliseconds, sorted. */
  readonly latencies: readonly number[];
}

/**
 * Measures a service that runs: requests a second and latencies of each kind,
 * after it has checked that the answers are right. The users need limits that
 * are above the load (`deno task keys user NAME --per-second 100000 --burst
 * 100000 --unfinished 1000000`), and the service the model stand-in.
 */
async function bench(options: Flags, signal: AbortSignal): Promise<number> {
  const { rate, draw, streams, jobs } = options;
  const client = clientOf(options);
  const job = { prompt: "a", steps: 1, sampler: "euler", model: options.model };
  const id = await client.make(job);
  const read: Kind = {
    name: "GET /v1/jobs/{id}",
    status: 200,
    path: `/v1/jobs/${id}`,
  };
  const kinds: readonly Kind[] = [
    { name: "GET /healthz", status: 200, path: "/healthz" },
    read,
    { name: "GET /v1/jobs?limit=20", status: 200, path: "/v1/jobs?limit=20" },
    { name: "POST /v1/estimate", status: 200, path: "/v1/estimate", body: job },
  ];
  printRow(["request", "a second", "median ms", "95 % ms", "99 % ms"]);
  for (const kind of kinds) {
    print(kind.name, await atOnce(kind, client, options, signal));
    if (signal.aborted) return 0;
  }
  const steady = (): Promise<Times> => atRate(read, client, options, signal);
  print(`${read.name} at ${rate}/s`, await steady());
  if (draw !== undefined) {
    const stop = await sampling(client, draw, signal);
    print(`while ${draw} samples`, await steady());
    await stop();
  }
  if (streams > 0) {
    const stop = await listen(client, { ...job, steps: 100 }, streams);
    print(`with ${streams} streams`, await steady());
    await stop();
  }
  // The last, because workers are busy with what it makes.
  const post = {
    name: "POST /v1/jobs",
    status: 202,
    path: "/v1/jobs",
    body: job,
  };
  print(post.name, await atOnce(post, client, options, signal));
  if (jobs > 0) await memoryOver(jobs, job, client, signal);
  return 0;
}

/** Sends requests with the keys in turn. */
interface Client {
  /** @throws {InputError} if the answer has another status than the kind */
  send(kind: Kind): Promise<Response>;
  /** Sends a request for its JSON. */
  json(kind: Kind): Promise<Record<string, unknown>>;
  /** Makes a job and returns its id. */
  make(body: unknown): Promise<string>;
}

function clientOf({ url, key: keys }: Flags): Client {
  let turn = 0;
  // Whoever made a job is the only one who sees it.
  const owners = new Map<string, string>();
  const client: Client = {
    async send({ path, body, status, method }) {
      const [id = ""] = /job_[0-9a-f]+/.exec(path) ?? [];
      const key = owners.get(id) ?? keys[turn++ % keys.length]!;
      const answer = await fetch(`${url}${path}`, {
        method: method ?? (body === undefined ? "GET" : "POST"),
        headers: {
          authorization: `Bearer ${key}`,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      if (![status].flat().includes(answer.status)) {
        throw new InputError(
          `Cannot measure ${path}: the status must be ${status}: it is ` +
            `${answer.status}: ${(await answer.text()).slice(0, 300)}`,
        );
      }
      return answer;
    },
    json: async (kind) => await (await client.send(kind)).json(),
    async make(body) {
      const key = keys[turn % keys.length]!;
      const { id } = await client.json({
        name: "",
        status: 202,
        path: "/v1/jobs",
        body,
      });
      owners.set(String(id), key);
      return String(id);
    },
  };
  return client;
}

/** As many requests as the service bears, `clients` at once. */
async function atOnce(
  kind: Kind,
  client: Client,
  { seconds, clients }: Flags,
  signal: AbortSignal,
): Promise<Times> {
  const latencies: number[] = [];
  const begun = performance.now();
  const end = begun + seconds * 1000;
  await Promise.all(Array.from({ length: clients }, async () => {
    while (performance.now() < end && !signal.aborted) {
      const from = performance.now();
      await (await client.send(kind)).body?.cancel();
      latencies.push(performance.now() - from);
    }
  }));
  return timesOf(latencies, performance.now() - begun);
}

/** Requests at fixed times, whether or not those before have their answers. */
async function atRate(
  kind: Kind,
  client: Client,
  { seconds, rate }: Flags,
  signal: AbortSignal,
): Promise<Times> {
  const latencies: number[] = [];
  const begun = performance.now();
  const count = Math.ceil(seconds * rate);
  await Promise.all(Array.from({ length: count }, async (_, index) => {
    const from = begun + index / rate * 1000;
    await pause(from - performance.now());
    if (signal.aborted) return;
    await (await client.send(kind)).body?.cancel();
    latencies.push(performance.now() - from);
  }));
  return timesOf(latencies, performance.now() - begun);
}

function timesOf(latencies: number[], milliseconds: number): Times {
  return {
    perSecond: latencies.length / milliseconds * 1000,
    latencies: latencies.sort((a, b) => a - b),
  };
}

/** Opens streams of events of jobs that take long; the answer ends both. */
async function listen(
  client: Client,
  job: unknown,
  count: number,
): Promise<() => Promise<void>> {
  const opened = await Promise.all(Array.from({ length: count }, async () => {
    const id = await client.make(job);
    const { path } = readOf(id);
    const stream = await client.send({
      ...readOf(id),
      path: `${path}/events`,
    });
    return { id, stream };
  }));
  return async () => {
    for (const { id, stream } of opened) {
      await stream.body?.cancel();
      await cancel(client, id);
    }
  };
}

/** Cancels a job; one that has ended stays as it is. */
async function cancel(client: Client, id: string): Promise<void> {
  await (await client.send({
    ...readOf(id),
    method: "DELETE",
    status: [200, 202],
  })).body?.cancel();
}

/** Jobs of 100 steps, a few seconds each. */
const LONG_JOBS = 20;

/**
 * Lets a trained model sample until the answer is called. It starts once the
 * model has drawn a clip, since the first one compiles.
 */
async function sampling(
  client: Client,
  model: string,
  signal: AbortSignal,
): Promise<() => Promise<void>> {
  const body = { prompt: "a red circle moves right", model, sampler: "euler" };
  const first = await client.make({ ...body, steps: 2 });
  const long: string[] = [];
  for (let seed = 2; seed < 2 + LONG_JOBS; seed++) {
    long.push(await client.make({ ...body, steps: 100, seed }));
  }
  await reached(client, first, ["succeeded"], signal);
  await reached(client, long[0]!, ["running"], signal);
  return async () => {
    const { status } = await client.json(readOf(long.at(-1)!));
    if (status === "succeeded") {
      throw new InputError(
        "Cannot measure while clips are sampled: they must last as long as " +
          "the requests: they have ended; lower --seconds",
      );
    }
    for (const id of long) await cancel(client, id);
  };
}

/** Makes jobs, waits for them, and prints the memory of the service ten times. */
async function memoryOver(
  count: number,
  job: unknown,
  client: Client,
  signal: AbortSignal,
): Promise<void> {
  printRow(["jobs ended", "resident MiB"]);
  for (let part = 0; part <= 10 && !signal.aborted; part++) {
    if (part > 0) {
      let last = "";
      for (let i = 0; i < count / 10; i++) last = await client.make(job);
      await reached(client, last, ["succeeded"], signal);
    }
    const text = await (await client.send({
      name: "",
      status: 200,
      path: "/metrics",
    })).text();
    const bytes = /^aiprod_process_resident_memory_bytes (\S+)/m.exec(text);
    printRow([
      `${Math.round(part * count / 10)}`,
      (Number(bytes?.[1]) / 2 ** 20).toFixed(0),
    ]);
  }
}

/** Waits for one of some states of a job. */
async function reached(
  client: Client,
  id: string,
  statuses: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const { status } = await client.json(readOf(id));
    if (statuses.includes(String(status))) return;
    if (status === "failed") {
      throw new InputError(`Cannot measure: the job ${id} must not fail`);
    }
    await pause(50);
  }
}

function readOf(id: string): Kind {
  return { name: "", status: 200, path: `/v1/jobs/${id}` };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, Math.max(0, milliseconds)));
}

function quantile(sorted: readonly number[], part: number): number {
  return sorted[
    Math.min(sorted.length - 1, Math.floor(part * sorted.length))
  ] ?? NaN;
}

function print(name: string, { perSecond, latencies }: Times): void {
  printRow([
    name,
    perSecond.toFixed(0),
    ...[0.5, 0.95, 0.99].map((part) => quantile(latencies, part).toFixed(1)),
  ]);
}

function printRow(cells: readonly string[]): void {
  const [name = "", ...numbers] = cells;
  // deno-lint-ignore no-console -- the report is this program's product
  console.log(
    name.padEnd(28) + numbers.map((cell) => cell.padStart(11)).join(""),
  );
}

if (import.meta.main) {
  await runProgram({
    usage: "deno task bench:service",
    purpose: "Measures requests a second and latencies of a service that runs.",
    flags,
    run: bench,
  });
}
