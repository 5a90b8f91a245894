import assert from "node:assert/strict";
import { loadOwnModel } from "lib/pipeline/mod.ts";

/** Loads a module of a source text. */
async function load(source: string): Promise<unknown> {
  const path = `${await Deno.makeTempDir()}/mine.ts`;
  await Deno.writeTextFile(path, source);
  try {
    return await loadOwnModel(path);
  } catch (error) {
    if (error instanceof Error) {
      error.message = error.message.replaceAll(path, "mine.ts");
    }
    throw error;
  }
}

Deno.test("loadOwnModel() names what a module lacks", async () => {
  const docs = "; docs/your_own.md shows modules";
  const cases: [source: string, problem: string][] = [
    [
      "export const a = 1;",
      "its default export must be an object of parts: it is missing",
    ],
    [
      "export default 3;",
      "its default export must be an object of parts: it is number",
    ],
    [
      "export default { backbon: {} };",
      "its parts must be among vae, text, backbone, loss, sampler, optimiser, " +
      'schedule, clips, metrics: it has "backbon"',
    ],
    [
      "export default { backbone: { init() {} } };",
      "backbone must have the function velocity: it is missing",
    ],
    [
      "export default { loss: { loss() {} } };",
      "loss.settings must be a zod schema with defaults: it is missing",
    ],
  ];
  for (const [source, problem] of cases) {
    await assert.rejects(() => load(source), {
      name: "InputError",
      message: `Cannot use "mine.ts": ${problem}${docs}`,
    });
  }
});

Deno.test("loadOwnModel() names the file of a module that does not run", async () => {
  await assert.rejects(
    () => load('throw new Error("no luck");'),
    {
      name: "InputError",
      message: 'Cannot use "mine.ts": it must be a module that runs: no luck',
    },
  );
  await assert.rejects(() => loadOwnModel("none/mine.ts"), {
    name: "InputError",
    message:
      'Cannot read "none/mine.ts": the file must exist: there is none; ' +
      "check the path",
  });
});

Deno.test("loadOwnModel() loads an edited file anew, with another digest", async () => {
  const path = `${await Deno.makeTempDir()}/mine.ts`;
  const schema = "{ safeParse: () => ({ success: true }) }";
  const source = (value: number) =>
    `export default { loss: { settings: ${schema}, loss: () => ${value} } };`;
  await Deno.writeTextFile(path, source(1));
  const first = await loadOwnModel(path);
  await Deno.writeTextFile(path, source(2));
  const second = await loadOwnModel(path);
  const value = ({ parts }: typeof first) =>
    parts.loss!.loss(undefined as never, undefined) as unknown;
  assert.deepEqual([value(first), value(second)], [1, 2]);
  assert.notEqual(first.reference.digest, second.reference.digest);
});
