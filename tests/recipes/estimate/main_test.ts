import assert from "node:assert/strict";
import { runTask } from "../_task_process.ts";

interface Item {
  readonly purpose: string;
  readonly place: string;
  readonly bytes: number;
}

Deno.test("deno task estimate --json prints parameters, operations, memory and what fits", async () => {
  const { code, stdout, stderr } = await runTask(
    "estimate",
    "--preset",
    "tiny",
    "--phase",
    "1",
    "--json",
  );
  assert.equal(stderr, "");
  assert.equal(code, 0);
  const { preset, stage, requested, suggestion, gflops } = JSON.parse(stdout);
  assert.deepEqual([preset, stage], ["tiny", "phase1"]);
  const { items, parameters, deviceBytes, hostBytes } = requested;
  const bytesOf = (purpose: string): number =>
    items.find((item: Item) => item.purpose === purpose)!.bytes;
  const bytesIn = (place: string): number =>
    items.filter((item: Item) => item.place === place)
      .reduce((sum: number, { bytes }: Item) => sum + bytes, 0);
  assert.equal(bytesOf("parameters"), 4 * parameters);
  assert.equal(bytesOf("moments"), 8 * parameters);
  assert.equal(bytesOf("averages"), 8 * parameters);
  assert.ok(bytesOf("activations") > 0 && bytesOf("process") > 0);
  assert.deepEqual([deviceBytes, hostBytes], [
    bytesIn("device"),
    bytesIn("host"),
  ]);
  assert.ok(
    Math.abs(requested.secondsAtLeast * gflops * 1e9 / requested.flops - 1) <
      1e-9,
  );
  assert.equal(requested.fits, true);
  assert.deepEqual(suggestion, requested);
});

Deno.test("deno task estimate answers for a card that is not there, all stages in a table", async () => {
  const { code, stdout } = await runTask(
    "estimate",
    "--preset",
    "tiny",
    "--device",
    "webgpu",
    "--speed",
    "4000",
  );
  assert.equal(code, 0);
  const lines = stdout.trimEnd().split("\n");
  assert.equal(
    lines[0],
    "tiny on webgpu, within 7.00 GB of the device and 12.0 GB of the host",
  );
  assert.match(
    lines[2]!,
    /^stage +clips +device +host +fits +updates +s\/update +time +setting$/,
  );
  assert.deepEqual(lines.slice(3, 10).map((line) => line.split(" ")[0]), [
    "vae",
    "text",
    "phase1",
    "phase2",
    "phase3",
    "phase4",
    "phase5",
  ]);
  assert.match(
    lines[11]!,
    /^The whole curriculum takes at least .* weeks, at 4\.00e\+3 GFLOP\/s/,
  );
});

Deno.test("deno task estimate names the setting that fits, or says that none does", async () => {
  const { code, stdout } = await runTask(
    "estimate",
    "--preset",
    "tiny",
    "--phase",
    "vae",
    "--memory",
    "0.001",
  );
  assert.equal(code, 0);
  assert.match(
    stdout,
    /^tiny, vae: --batch 4 --accumulation 1, 8x32x32, on cpu\n/,
  );
  assert.match(stdout, /\nactivations and gradients +\d/);
  const lines = stdout.trimEnd().split("\n");
  const [head, ...tried] = lines.slice(lines.lastIndexOf("") + 1);
  assert.equal(
    head!.split(":")[0],
    "It does not fit into 1.00 MB in any setting",
  );
  assert.match(tried[0]!, /^ {2}--batch 4 --accumulation 1 --recompute: /);
  assert.match(
    tried.at(-1)!,
    /^ {2}--batch 1 --accumulation 4 --recompute --optimiser adafactor: \d+ MB/,
  );
});

Deno.test("deno task estimate --measure wants one stage", async () => {
  const { code, stderr } = await runTask("estimate", "--measure");
  assert.equal(code, 2);
  assert.equal(
    stderr,
    'error: Cannot use --measure: it needs one --phase: current value is "all"\n',
  );
});

Deno.test("deno task estimate refuses an unknown phase, in one line", async () => {
  const { code, stderr } = await runTask("estimate", "--phase", "6");
  assert.equal(code, 2);
  assert.equal(
    stderr,
    "error: Cannot use --phase: must be one of all, vae, text, 1, 2, 3, 4, 5: " +
      'current value is "6"\n',
  );
});
