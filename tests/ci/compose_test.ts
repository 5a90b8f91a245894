import assert from "node:assert/strict";
import { readFlags } from "lib/recipes/command_line/mod.ts";
import { commonFlags, serveFlags } from "lib/recipes/serve/options.ts";

const compose = await Deno.readTextFile("compose.yaml");
const { version } = JSON.parse(await Deno.readTextFile("deno.json"));

Deno.test("the commands of compose.yaml are flags that serve and worker take", () => {
  const commands = [...compose.matchAll(/^ +command: \[([^\]]*)\]$/gm)]
    .map(([, list]) =>
      [...list!.matchAll(/"([^"]*)"/g)].map(([, word]) => word!)
    );
  assert.deepEqual(commands.map(([task]) => task), ["serve", "worker"]);
  const [serve, worker] = commands.map(([, ...words]) => words);
  assert.equal(readFlags(serveFlags, serve!)?.metricsPort, 9464);
  assert.equal(readFlags(commonFlags, worker!)?.metricsPort, 9464);
});

Deno.test("every file that compose.yaml mounts is there", async () => {
  const mounted = [...compose.matchAll(/^ +- \.\/(\S+?):/gm)]
    .map(([, path]) => path!);
  assert.ok(mounted.length >= 5);
  for (const path of mounted) {
    assert.ok((await Deno.stat(path)).isFile, path);
  }
});

Deno.test("Prometheus reads the port of the metrics, and the image has the version", async () => {
  const prometheus = await Deno.readTextFile("deploy/prometheus.yml");
  assert.match(
    prometheus,
    /names: \[api, worker\]\n {8}type: A\n {8}port: 9464/,
  );
  assert.ok(compose.includes(`image: aiprod:${version}\n`));
});

Deno.test("the Dockerfile pins its bases and runs as nobody in particular", async () => {
  const dockerfile = await Deno.readTextFile("Dockerfile");
  const readme = await Deno.readTextFile("README.md");
  const [, deno] = /npx -y deno@(\S+) task/.exec(readme)!;
  assert.ok(dockerfile.includes(`ARG DENO=denoland/deno:bin-${deno}\n`));
  assert.match(dockerfile, /^ARG DEBIAN=debian:bookworm-\d{8}-slim$/m);
  assert.match(dockerfile, /^USER 10001:10001$/m);
});
