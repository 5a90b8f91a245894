import assert from "node:assert/strict";
import { wordsOf } from "../_task_process.ts";

/** Runs `deno task lab` for a user of whom there is nothing yet. */
async function lab(
  home: string,
  ...args: string[]
): Promise<{ code: number; stderr: string }> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...wordsOf("lab"), ...args],
    clearEnv: true,
    env: {
      HOME: home,
      PATH: home, // where no jupyter is
      NO_COLOR: "1",
      DENO_NO_UPDATE_CHECK: "1",
    },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  return { code, stderr: new TextDecoder().decode(stderr) };
}

Deno.test("lab makes known the kernel of this very Deno, by its path", async () => {
  const home = await Deno.makeTempDir();
  const { code, stderr } = await lab(home, "--install-only");
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^kernel: Deno \d/m);
  const folder = Deno.build.os === "darwin"
    ? "Library/Jupyter"
    : ".local/share/jupyter";
  const spec = JSON.parse(
    await Deno.readTextFile(`${home}/${folder}/kernels/deno/kernel.json`),
  );
  assert.equal(spec.argv[0], Deno.execPath());
  await Deno.remove(home, { recursive: true });
});

Deno.test("lab says how to get a Jupyter where there is none", async () => {
  const home = await Deno.makeTempDir();
  const { code, stderr } = await lab(home);
  assert.equal(code, 1);
  assert.match(stderr, /Neither JupyterLab nor Jupyter Notebook is installed/);
  assert.match(stderr, /VS Code/);
  const asked = await lab(home, "--app", "lab");
  assert.equal(asked.code, 2);
  assert.match(
    asked.stderr,
    /^error: Cannot open jupyter lab: it must be installed/m,
  );
  await Deno.remove(home, { recursive: true });
});
