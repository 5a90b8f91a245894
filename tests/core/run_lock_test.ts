import assert from "node:assert/strict";
import { InputError, lockFolder, thisProcess } from "lib/core/mod.ts";

/** A process that takes a folder, says so and keeps it until it is killed. */
function holderOf(folder: string): Deno.ChildProcess {
  const module = import.meta.resolve("lib/core/mod.ts");
  const code = `import { lockFolder, thisProcess } from "${module}";
    globalThis.held = lockFolder("${folder}", thisProcess(new Date()));
    Deno.stdout.writeSync(new TextEncoder().encode("held"));
    setInterval(() => {}, 1000);`;
  return new Deno.Command(Deno.execPath(), {
    args: ["eval", code],
    clearEnv: true,
    env: Object.fromEntries(
      Object.entries(Deno.env.toObject())
        .filter(([name]) => !/^(LD|DYLD)_/.test(name)),
    ),
    stdout: "piped",
    stderr: "null",
    stdin: "null",
  }).spawn();
}

Deno.test("a folder of a living process is refused with its pid, and free once it is killed", async () => {
  const folder = await Deno.makeTempDir();
  const child = holderOf(folder);
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  assert.equal(new TextDecoder().decode(value), "held");
  assert.throws(
    () => lockFolder(folder, thisProcess(new Date(0))),
    (error) => {
      assert.ok(error instanceof InputError);
      assert.match(
        error.message,
        new RegExp(
          `^Cannot use "${folder}": a folder takes one run at a time: it is ` +
            `in use by process ${child.pid} on ${Deno.hostname()} since 20`,
        ),
      );
      return true;
    },
  );
  child.kill("SIGKILL");
  await reader.cancel();
  await child.status;
  using lock = lockFolder(folder, thisProcess(new Date(0)));
  assert.deepEqual(lock.holder, {
    pid: Deno.pid,
    host: Deno.hostname(),
    since: "1970-01-01T00:00:00.000Z",
  });
  assert.deepEqual(
    JSON.parse(await Deno.readTextFile(`${folder}/.lock`)),
    lock.holder,
  );
});

Deno.test("a folder may be taken again once it was given back", async () => {
  const folder = await Deno.makeTempDir();
  const holder = thisProcess(new Date(0));
  lockFolder(folder, holder)[Symbol.dispose]();
  lockFolder(folder, holder)[Symbol.dispose]();
  using _held = lockFolder(folder, holder);
  assert.throws(() => lockFolder(folder, holder), InputError);
});

Deno.test("a lock without readable words still names another process", async () => {
  const folder = await Deno.makeTempDir();
  using _held = lockFolder(folder, thisProcess(new Date(0)));
  await Deno.writeTextFile(`${folder}/.lock`, "{");
  assert.throws(
    () => lockFolder(folder, thisProcess(new Date(0))),
    /in use by another process; wait/,
  );
});

Deno.test("a lock with damaged fields names another process; giving back twice is harmless", async () => {
  const folder = await Deno.makeTempDir();
  const held = lockFolder(folder, thisProcess(new Date(0)));
  await Deno.writeTextFile(`${folder}/.lock`, "{}");
  assert.throws(
    () => lockFolder(folder, thisProcess(new Date(0))),
    /in use by another process; wait/,
  );
  held[Symbol.dispose]();
  held[Symbol.dispose]();
});
