import assert from "node:assert/strict";
import { serveFlags } from "lib/recipes/serve/options.ts";
import {
  courierPermissions,
  serverPermissions,
  workerPermissions,
} from "lib/recipes/serve/permissions.ts";

const SERVER = "postgres://a:b@db.example/aiprod";

/** The values of a flag of `deno run`. */
function valuesOf(permissions: readonly string[], flag: string): string[] {
  const found = permissions.find((each) => each.startsWith(`--allow-${flag}=`));
  return found?.split("=", 2)[1]?.split(",") ?? [];
}

Deno.test("the API reaches its own address, and with a server its database", () => {
  const own = serverPermissions(serveFlags.parse({}));
  assert.deepEqual(valuesOf(own, "net"), ["127.0.0.1:8750"]);
  assert.deepEqual(valuesOf(own, "write"), [
    "runs/service/database",
    "runs/service/videos",
    "runs/.graph_cache",
  ]);
  const remote = serverPermissions(
    serveFlags.parse({ host: "::", port: "80", database: SERVER }),
  );
  assert.deepEqual(valuesOf(remote, "net"), ["[::]:80", "db.example:5432"]);
  for (const permissions of [own, remote]) {
    assert.ok(
      !permissions.some((each) =>
        /^(-A|--allow-(all|run|net|read|write|env))$/.test(each)
      ),
    );
    assert.ok(!permissions.some((each) => each.startsWith("--allow-run")));
  }
});

Deno.test("a process with metrics listens at their address too", () => {
  const flags = serveFlags.parse({
    ...{ metricsHost: "0.0.0.0", metricsPort: "9464", database: SERVER },
  });
  assert.deepEqual(valuesOf(serverPermissions(flags), "net"), [
    "127.0.0.1:8750",
    "0.0.0.0:9464",
    "db.example:5432",
  ]);
  assert.deepEqual(valuesOf(workerPermissions(flags), "net"), [
    "0.0.0.0:9464",
    "db.example:5432",
  ]);
});

Deno.test("only a process that draws may load native code", () => {
  const flags = serveFlags.parse({});
  assert.ok(serverPermissions(flags).includes("--allow-ffi"));
  assert.ok(
    !serverPermissions({ ...flags, workers: 0 }).includes("--allow-ffi"),
  );
  assert.ok(
    !serverPermissions({ ...flags, database: SERVER }).includes("--allow-ffi"),
  );
  const worker = workerPermissions({ ...flags, database: SERVER });
  assert.ok(worker.includes("--allow-ffi"));
  assert.deepEqual(valuesOf(worker, "net"), ["db.example:5432"]);
});

Deno.test("the courier has the internet without private networks, and no files", () => {
  const courier = courierPermissions({ privateWebhooks: false });
  const denied = courier.find((each) => each.startsWith("--deny-net="));
  assert.match(denied ?? "", /127\.0\.0\.0\/8/);
  assert.match(denied ?? "", /169\.254\.0\.0\/16/);
  assert.ok(!courier.some((each) => /read|write|ffi|run/.test(each)));
  assert.ok(
    !courierPermissions({ privateWebhooks: true }).some((each) =>
      each.startsWith("--deny")
    ),
  );
});

Deno.test("an S3 store is reached at its endpoint, through a temporary file", () => {
  const before = Deno.env.get("AWS_ENDPOINT_URL");
  Deno.env.set("AWS_ENDPOINT_URL", "https://store.example");
  try {
    const flags = serveFlags.parse({ videos: "s3://films/made" });
    const permissions = serverPermissions(flags);
    assert.deepEqual(valuesOf(permissions, "net"), [
      "127.0.0.1:8750",
      "store.example:443",
    ]);
    assert.ok(
      !valuesOf(permissions, "write").some((path) => path.startsWith("s3:")),
    );
  } finally {
    if (before === undefined) Deno.env.delete("AWS_ENDPOINT_URL");
    else Deno.env.set("AWS_ENDPOINT_URL", before);
  }
});
