import assert from "node:assert/strict";
import { readJsonl } from "lib/formats/jsonl/mod.ts";

/** Variables with which launchers run as root, and two ranks on one core. */
const ENVIRONMENT = {
  OMPI_ALLOW_RUN_AS_ROOT: "1",
  OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1",
  OMPI_MCA_rmaps_base_oversubscribe: "1",
  OMPI_MCA_hwloc_base_binding_policy: "none",
  OMPI_MCA_mpi_yield_when_idle: "1",
  PRTE_MCA_rmaps_default_mapping_policy: ":oversubscribe",
  PRTE_MCA_hwloc_default_binding_policy: "none",
};

/** Runs a line of a shell, which starts programs that tests may not start. */
async function shell(line: string): Promise<{ code: number; stderr: string }> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "--eval", line],
    env: ENVIRONMENT,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  return { code, stderr: new TextDecoder().decode(stderr) };
}

const HAS_MPI = (await shell("mpirun --version")).code === 0;
if (!HAS_MPI) {
  // deno-lint-ignore no-console -- a skipped test says why
  console.log("skipped: no mpirun: apt-get install openmpi-bin libopenmpi3");
}

/** Trains the text encoder for three updates, in this many ranks. */
async function trainText(
  folder: string,
  ranks: number,
): Promise<Record<string, unknown>[]> {
  const launcher = ranks === 1 ? "" : `mpirun -n ${ranks} `;
  const { code, stderr: text } = await shell(
    `${launcher}${Deno.execPath()} run --quiet -A lib/recipes/train/main.ts ` +
      "text --preset tiny --max-steps 3 --accumulation 2 --batch 4 " +
      `--held-out 4 --run ${folder}`,
  );
  assert.equal(code, 0, text);
  assert.equal(text.split("text: 0/3 steps").length, 2, text); // one tells
  return await readJsonl(`${folder}/metrics.jsonl`);
}

Deno.test({
  name: "two ranks under mpirun write one run, with the losses of one process",
  ignore: !HAS_MPI,
  async fn() {
    const folder = await Deno.makeTempDir();
    const [alone, together] = await Promise.all(
      [1, 2].map((ranks) => trainText(`${folder}/${ranks}`, ranks)),
    );
    assert.equal(together!.length, alone!.length);
    for (const [i, { step, loss, heldOutLoss }] of alone!.entries()) {
      const found = together![i]!;
      assert.equal(found.step, step);
      const [a, b] = [loss ?? heldOutLoss, found.loss ?? found.heldOutLoss];
      assert.ok(Math.abs(Number(a) / Number(b) - 1) < 1e-5, `${a}, ${b}`);
    }
    const files = async (name: string) =>
      (await Array.fromAsync(Deno.readDir(`${folder}/${name}`)))
        .map(({ name }) => name).sort();
    assert.deepEqual(await files("2"), await files("1"));
  },
});

Deno.test({
  name:
    "an error of all ranks is told once, and its exit code is the launcher's",
  ignore: !HAS_MPI,
  async fn() {
    const folder = await Deno.makeTempDir();
    const { code, stderr } = await shell(
      `mpirun -n 2 ${Deno.execPath()} run --quiet -A ` +
        `lib/recipes/train/main.ts phase1 --preset tiny --run ${folder}/run`,
    );
    assert.equal(code, 2, stderr);
    assert.deepEqual(stderr.match(/^(rank .*|error: .*)$/gm), [
      "rank 0 of 2 ends all:",
      `error: Cannot train in "${folder}/run": there must be a trained VAE: ` +
      `"${folder}/run/vae.safetensors" does not exist; run deno task vae ` +
      `--run ${folder}/run first, or pass its weights with --vae`,
    ]);
    assert.deepEqual(await Array.fromAsync(Deno.readDir(folder)), []);
  },
});
