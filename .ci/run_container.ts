/**
 * Builds the image of the Dockerfile and runs it: it must answer /healthz and
 * draw a clip. No registry of images is needed: mmdebstrap makes Debian's base,
 * the Deno that runs this script is the other, and buildah builds without a
 * daemon. Where they are missing, or may not run, it prints so.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- the report is this script's product
import { Buffer } from "node:buffer";

/** The most megabytes of an image without models. */
const MOST_MEGABYTES = 700;
/** Seconds within which the API must answer on a machine that is busy. */
const START_WITHIN = 60;
/** Files that Debian's own slim images leave out too. */
const LEFT_OUT = ["doc", "man", "locale", "zoneinfo"];

const folder = await Deno.makeTempDir({ prefix: "container-" });

/** Where buildah keeps its images: away from those of the machine. */
const STORE = [
  ...["--root", `${folder}/store`, "--runroot", `${folder}/run`],
  ...["--storage-driver", "vfs"],
];

function buildah(...args: readonly string[]): Promise<string> {
  return output("buildah", [...STORE, ...args]);
}

async function output(
  program: string,
  args: readonly string[],
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    stdin: "null",
    env: { BUILDAH_ISOLATION: "chroot" },
  }).output();
  if (success) return new TextDecoder().decode(stdout).trim();
  throw new Error(
    `${program} ${args.join(" ")} failed:\n` +
      new TextDecoder().decode(stderr).slice(-3000),
  );
}

/** Why no image can be built here; undefined where one can. */
async function whyNot(): Promise<string | undefined> {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) {
    return "it needs Linux and root";
  }
  for (const program of ["buildah", "mmdebstrap"]) {
    try {
      await output(program, ["--version"]);
    } catch {
      return `${program} is not installed`;
    }
  }
  try {
    const scratch = await buildah("from", "scratch");
    await buildah("rm", scratch);
  } catch (error) {
    return `buildah may not run here: ${(error as Error).message}`;
  }
  return undefined;
}

/** Commits a file, or an unpacked archive, as an image of its own. */
async function commitBase(
  name: string,
  file: string,
  to: string,
): Promise<void> {
  const container = await buildah("from", "scratch");
  await buildah("add", "-q", container, file, to);
  await buildah("commit", "-q", container, name);
  await buildah("rm", container);
}

/** A base under each of the names that the Dockerfile gives them. */
async function makeBases(dockerfile: string): Promise<void> {
  const nameOf = (argument: string): string =>
    new RegExp(`^ARG ${argument}=(\\S+)$`, "m").exec(dockerfile)![1]!;
  const debian = nameOf("DEBIAN");
  await output("mmdebstrap", [
    ...["--quiet", "--variant=essential", "--include=libstdc++6"],
    ...LEFT_OUT.map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`),
    ...[/:(\w+)-/.exec(debian)![1]!, `${folder}/debian.tar`],
  ]);
  await commitBase(debian, `${folder}/debian.tar`, "/");
  await Deno.remove(`${folder}/debian.tar`);
  await Deno.copyFile(Deno.execPath(), `${folder}/deno`);
  await commitBase(nameOf("DENO"), `${folder}/deno`, "/deno");
}

/** Polls an address until it answers with success. */
async function answerOf(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const end = performance.now() + START_WITHIN * 1000;
  for (;;) {
    try {
      const answer = await fetch(url, { headers });
      if (answer.ok) return answer;
      await answer.body?.cancel();
    } catch (error) {
      // It does not listen yet.
      if (!(error instanceof TypeError)) throw error;
    }
    if (performance.now() > end) {
      throw new Error(`${url} did not answer within ${START_WITHIN} s`);
    }
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** What the models of a folder weigh. */
async function megabytesOf(models: string): Promise<number> {
  let bytes = 0;
  for await (const { name } of Deno.readDir(models)) {
    if (!name.endsWith(".safetensors")) continue;
    bytes += (await Deno.stat(`${models}/${name}`)).size;
  }
  return bytes / 1e6;
}

/** Starts the image, and draws one clip through its API. */
async function drawOne(image: string): Promise<void> {
  const port = 20_000 + Deno.pid % 10_000;
  const container = await buildah("from", "--pull-never", image);
  const started = performance.now();
  // In a group of its own: buildah does not pass signals on.
  const process = new Deno.Command("setsid", {
    args: [
      ...["buildah", ...STORE, "run", "--isolation", "chroot"],
      ...[container, "--", "deno", "task", "-q", "serve"],
      ...["--port", `${port}`],
    ],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let log = "";
  const reading = (async () => {
    for await (
      const text of process.stderr.pipeThrough(new TextDecoderStream())
    ) log += text;
  })();
  const api = `http://127.0.0.1:${port}`;
  try {
    await (await answerOf(`${api}/healthz`)).body?.cancel();
    const seconds = (performance.now() - started) / 1000;
    const key = /aip_[\w-]+/.exec(log)?.[0];
    const headers = {
      "authorization": `Bearer ${key}`,
      "content-type": "application/json",
    };
    const made = await fetch(`${api}/v1/jobs`, {
      method: "POST",
      headers,
      body: JSON.stringify({ prompt: "a red circle moves right", steps: 4 }),
    });
    const { id } = await made.json();
    const video = await answerOf(`${api}/v1/jobs/${id}/video`, headers);
    const bytes = new Uint8Array(await video.arrayBuffer());
    if (Buffer.from(bytes.subarray(4, 8)).toString() !== "ftyp") {
      throw new Error(`job ${id} gave no MP4: ${bytes.length} bytes`);
    }
    console.log(
      `container: /healthz answers after ${seconds.toFixed(1)} s, a clip of ` +
        `${bytes.length} bytes is drawn after ` +
        `${((performance.now() - started) / 1000).toFixed(1)} s`,
    );
  } catch (error) {
    console.error(log.slice(-3000));
    throw error;
  } finally {
    await output("kill", ["-TERM", "--", `-${process.pid}`]);
    await Promise.all([process.status, reading]);
  }
}

if (import.meta.main) {
  const reason = await whyNot();
  try {
    if (reason !== undefined) {
      console.log(`container: skipped: ${reason}`);
    } else {
      await makeBases(await Deno.readTextFile("Dockerfile"));
      const info = new Deno.Command(Deno.execPath(), {
        args: ["info", "--json"],
      });
      const { denoDir } = JSON.parse(
        new TextDecoder().decode((await info.output()).stdout),
      );
      const image = "aiprod";
      // The packages come from the cache that the gate has filled.
      await buildah(
        ...["bud", "--isolation", "chroot", "--format", "docker"],
        ...[
          "--pull-never",
          "--volume",
          `${denoDir}:/deno-dir`,
          "-t",
          image,
          ".",
        ],
      );
      const [built] = JSON.parse(await buildah("images", "--json", image));
      const all = Number(/^([\d.]+) MB$/.exec(built.size)?.[1]);
      const bare = all - await megabytesOf("checkpoints/nano");
      console.log(
        `container: the image has ${all} MB, ${bare.toFixed(0)} without models`,
      );
      if (!(bare <= MOST_MEGABYTES)) {
        throw new Error(
          `an image may have ${MOST_MEGABYTES} MB without models`,
        );
      }
      await drawOne(image);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
