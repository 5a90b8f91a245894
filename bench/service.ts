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
  key: z.string().min(1, "must not be empty").describe(
    "API key with read and write",
  ),
  seconds: numberFlag({ above: 0 }).default(5).describe(
    "of each kind of request",
  ),
  model: z.string().default("stand-in").describe("model of the jobs"),
  clients: wholeNumber(1).default(16).describe(
    "requests at once",
  ),
});
type Flags = z.infer<typeof flags>;

/** A kind of request and the status that it must have. */
interface Kind {
  readonly name: string;
  readonly status: number;
  readonly path: string;
  readonly body?: unknown;
}

/** Times of one kind of request. */
interface Times {
  readonly perSecond: number;
  /** Milliseconds, sorted. */
  readonly latencies: readonly number[];
}

/**
 * Measures a service that runs: requests a second and latencies of each kind,
 * after it has checked that the answers are right. The user needs limits that
 * are above the load (`deno task keys user NAME --per-second 100000 --burst
 * 100000 --unfinished 1000000`), and the service the model stand-in.
 */
async function bench(options: Flags, signal: AbortSignal): Promise<number> {
  const job = { prompt: "a", steps: 1, sampler: "euler", model: options.model };
  const made = await send(options, {
    name: "",
    status: 202,
    path: "/v1/jobs",
    body: job,
  });
  const { id } = await made.json();
  const kinds: readonly Kind[] = [
    { name: "GET /healthz", status: 200, path: "/healthz" },
    { name: "GET /v1/jobs/{id}", status: 200, path: `/v1/jobs/${id}` },
    { name: "GET /v1/jobs?limit=20", status: 200, path: "/v1/jobs?limit=20" },
    { name: "POST /v1/estimate", status: 200, path: "/v1/estimate", body: job },
    { name: "POST /v1/jobs", status: 202, path: "/v1/jobs", body: job },
  ];
  print(["request", "a second", "median ms", "95 % ms", "99 % ms"]);
  for (const kind of kinds) {
    const { perSecond, latencies } = await timesOf(kind, options, signal);
    print([
      kind.name,
      perSecond.toFixed(0),
      ...[0.5, 0.95, 0.99].map((part) => quantile(latencies, part).toFixed(1)),
    ]);
    if (signal.aborted) break;
  }
  return 0;
}

async function timesOf(
  kind: Kind,
  options: Flags,
  signal: AbortSignal,
): Promise<Times> {
  const latencies: number[] = [];
  const begun = performance.now();
  const end = begun + options.seconds * 1000;
  await Promise.all(Array.from({ length: options.clients }, async () => {
    while (performance.now() < end && !signal.aborted) {
      const from = performance.now();
      await (await send(options, kind)).body?.cancel();
      latencies.push(performance.now() - from);
    }
  }));
  return {
    perSecond: latencies.length / (performance.now() - begun) * 1000,
    latencies: latencies.sort((a, b) => a - b),
  };
}

async function send(
  { url, key }: Flags,
  { path, body, status }: Kind,
): Promise<Response> {
  const answer = await fetch(`${url}${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: {
      authorization: `Bearer ${key}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (answer.status === status) return answer;
  throw new InputError(
    `Cannot measure ${path}: the status must be ${status}: it is ` +
      `${answer.status}: ${(await answer.text()).slice(0, 300)}`,
  );
}

function quantile(sorted: readonly number[], part: number): number {
  return sorted[
    Math.min(sorted.length - 1, Math.floor(part * sorted.length))
  ] ?? NaN;
}

function print(cells: readonly string[]): void {
  const [name = "", ...numbers] = cells;
  // deno-lint-ignore no-console -- the report is this program's product
  console.log(
    name.padEnd(24) + numbers.map((cell) => cell.padStart(11)).join(""),
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
