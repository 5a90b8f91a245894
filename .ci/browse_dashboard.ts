/**
 * Opens the pages of a service in Chromium: signs in, sees videos play and the
 * page change by itself, and takes screenshots. Where Chromium is not installed
 * it prints so.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- the report is this script's product
import puppeteer, { type Page } from "puppeteer-core";
import { type Child, startChild } from "lib/recipes/serve/child.ts";
import { serveFlags } from "lib/recipes/serve/options.ts";
import { serverPermissions } from "lib/recipes/serve/permissions.ts";

const SERVER =
  new URL("../lib/recipes/serve/server_process.ts", import.meta.url).href;
const CHROMIUM = "/usr/bin/chromium";
const WAIT = 60_000;

/** The screenshots of the pages go to a folder; problems are returned. */
async function browse(
  base: string,
  key: string,
  shots: string,
): Promise<string[]> {
  const problems: string[] = [];
  const browser = await puppeteer.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu"],
  });
  try {
    const page = await browser.newPage();
    await page.setViewport({ width: 1280, height: 1100 });
    page.on("request", (request) => {
      const url = request.url();
      if (!url.startsWith(base) && !url.startsWith("data:")) {
        problems.push(`a foreign request: ${url}`);
      }
    });
    page.on("pageerror", (error) => problems.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error") {
        problems.push(`${message.text()} ${message.location().url}`);
      }
    });
    const shoot = (name: string) =>
      page.screenshot({ path: `${shots}/${name}.png`, fullPage: true });
    await page.goto(`${base}/dashboard`);
    await shoot("sign_in");
    await page.type("input[name=key]", key);
    await Promise.all([
      page.waitForNavigation(),
      page.click("main button"),
    ]);
    await makeJob(base, key, "a red circle moves right");
    await page.waitForFunction(
      // A string: it runs in the page, whose types are not those of Deno.
      `[...document.querySelectorAll("video")].some((v) => v.currentTime > 0.1)`,
      { timeout: WAIT },
    );
    await mark(page);
    await makeJob(base, key, "<b>a blue square</b>");
    await page.waitForFunction(
      `document.querySelectorAll("video").length === 2`,
      { timeout: WAIT },
    );
    if (
      !await page.evaluate(
        `[...document.querySelectorAll("video")].some((v) => v.markedAs === v.src)`,
      )
    ) {
      problems.push("a video that played was replaced");
    }
    if (await page.evaluate(`document.querySelector("#jobs b") !== null`)) {
      problems.push("a prompt became HTML");
    }
    await shoot("jobs");
    await page.goto(`${base}/dashboard/runs/nano`);
    await shoot("training");
    await page.goto(`${base}/docs`);
    await page.waitForSelector(".opblock", { timeout: WAIT });
    await shoot("docs");
  } finally {
    await browser.close();
  }
  return problems;
}

async function mark(page: Page): Promise<void> {
  await page.evaluate(`{
    const film = document.querySelector("video");
    film.markedAs = film.src;
  }`);
}

async function makeJob(
  base: string,
  key: string,
  prompt: string,
): Promise<void> {
  const answer = await fetch(`${base}/v1/jobs`, {
    method: "POST",
    headers: {
      "authorization": `Bearer ${key}`,
      "content-type": "application/json",
    },
    body: JSON.stringify({ prompt, steps: 10 }),
  });
  if (!answer.ok) throw new Error(await answer.text());
  await answer.body?.cancel();
}

/** The key that a server prints at its first start. */
async function keyOf({ process }: Child): Promise<string> {
  let text = "";
  const lines = process.stderr.pipeThrough(new TextDecoderStream());
  const { promise, resolve } = Promise.withResolvers<string>();
  (async () => {
    for await (const part of lines) {
      text += part;
      const key = /aip_\S+/.exec(text)?.[0];
      if (key !== undefined && text.includes("Serving")) resolve(key);
    }
  })();
  return await promise;
}

if (import.meta.main) {
  if (await Deno.stat(CHROMIUM).catch(() => undefined) === undefined) {
    console.log("browser: skipped: Chromium is not installed");
    Deno.exit(0);
  }
  const folder = await Deno.makeTempDir();
  const shots = Deno.args[0] ?? folder;
  const flags = serveFlags.parse({
    database: `${folder}/database`,
    videos: `${folder}/videos`,
    port: 41_000 + Deno.pid % 10_000,
    runs: "checkpoints",
    log: "warn",
  });
  const server = startChild(SERVER, {
    permissions: serverPermissions(flags),
    flags,
    piped: true,
    loggedHere: true,
  });
  server.process.stdout.cancel();
  const problems = await browse(
    `http://127.0.0.1:${flags.port}`,
    await keyOf(server),
    shots,
  );
  server.stop();
  await server.process.status;
  for (const problem of problems) console.error(problem);
  if (shots === folder) await Deno.remove(folder, { recursive: true });
  console.log(problems.length === 0 ? "browser: ok" : "browser: FAILED");
  Deno.exit(problems.length === 0 ? 0 : 1);
}
