/**
 * Kills ranks at random, to run by hand where Open MPI is installed:
 *
 *     deno run -A tests/trainer/run/rank_kill_campaign.ts [kills] [seed] [stage] [flags...]
 *
 * A run of 4 ranks loses one, goes on with 2, loses one again, and ends with 1:
 * its losses must be those of one process within 1e-5, and a lost rank must end
 * all within 10 s.
 */
import assert from "node:assert/strict";
import { Rng } from "lib/core/mod.ts";
import { readJsonl } from "lib/formats/jsonl/mod.ts";

const [kills = "10", seed = "1", stage = "text", ...flags] = Deno.args;
const folder = await Deno.makeTempDir();
const rng = new Rng(Number(seed));
const STEPS = 50;

/** A training in this many ranks. */
function start(run: string, ranks: number): Deno.ChildProcess {
  const train = [
    ...[Deno.execPath(), "run", "--quiet", "-A", "lib/recipes/train/main.ts"],
    ...[stage, "--preset", "tiny", "--max-steps", `${STEPS}`],
    ...["--accumulation", "4", "--batch", "2", "--held-out", "4"],
    ...["--evaluate-every", "25", "--save-every", "0.5", "--run", run],
    ...flags,
  ];
  const launcher = ["mpirun", "--oversubscribe", "--bind-to", "none"];
  const yields = ["--mca", "mpi_yield_when_idle", "1"];
  const [program, ...args] = ranks === 1
    ? train
    : [...launcher, ...yields, "-n", `${ranks}`, ...train];
  return new Deno.Command(program!, {
    args,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
}

/** The processes of the ranks of a run. */
async function ranksOf(run: string): Promise<number[]> {
  const { stdout } = await new Deno.Command("pgrep", {
    args: ["-f", `^${Deno.execPath()} run .*--run ${run}( |$)`],
  }).output();
  return new TextDecoder().decode(stdout).trim().split("\n").filter(Boolean)
    .map(Number);
}

const lossesOf = async (run: string): Promise<number[]> =>
  (await readJsonl(`${run}/metrics.jsonl`)).flatMap(({ loss }) =>
    typeof loss === "number" ? [loss] : []
  );

const wait = (seconds: number) =>
  new Promise((done) => setTimeout(done, seconds * 1000));
const say = (line: string) =>
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));

try {
  const whole = performance.now();
  const { code } = await start(`${folder}/whole`, 1).status;
  assert.equal(code, 0, "the unbroken run");
  const seconds = (performance.now() - whole) / 1000;
  const wanted = await lossesOf(`${folder}/whole`);
  assert.equal(wanted.length, STEPS);
  let worst = 0;
  for (let kill = 0; kill < Number(kills);) {
    const run = `${folder}/run-${kill}`;
    for (const ranks of [4, 2]) {
      const process = start(run, ranks);
      await wait(3 + rng.uniform() * seconds);
      const victims = await ranksOf(run);
      if (victims.length === 0) break; // it was done before
      const killed = performance.now();
      Deno.kill(rng.pick(victims), "SIGKILL");
      const { code } = await process.status;
      const lasted = (performance.now() - killed) / 1000;
      await wait(1.5);
      const left = (await ranksOf(run)).length;
      kill++;
      const steps = (await lossesOf(run).catch(() => [])).length;
      say(
        `kill ${kill}: ${ranks} ranks, at update ${steps}: all ended after ` +
          `${lasted.toFixed(1)} s with code ${code}, ${left} left`,
      );
      assert.ok(lasted < 10 && code === 137 && left === 0);
    }
    const { code } = await start(run, 1).status;
    assert.equal(code, 0, "the last part");
    const found = await lossesOf(run);
    assert.equal(found.length, STEPS);
    for (const [i, loss] of found.entries()) {
      worst = Math.max(worst, Math.abs(loss / wanted[i]! - 1));
    }
    assert.ok(worst < 1e-5, `losses differ by ${worst}`);
  }
  say(`losses differ by ${worst.toExponential(1)} at most`);
} finally {
  await Deno.remove(folder, { recursive: true });
}
