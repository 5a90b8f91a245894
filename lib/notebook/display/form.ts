import { escapeHtml } from "../../core/mod.ts";
import type { MimeBundle } from "../../formats/notebook/mod.ts";
import { type Video, videoFigure } from "./media.ts";

/** A field of a form: a text, a number with its slider, or a choice of texts. */
export type FormField =
  | { readonly label: string; readonly value: string }
  | {
    readonly label: string;
    readonly value: number;
    readonly least: number;
    readonly most: number;
    /** Default 1. */
    readonly step?: number;
  }
  | {
    readonly label: string;
    readonly value: string;
    readonly choices: readonly string[];
  };

/** The values of fields by their names. */
export type FormValues<F extends Readonly<Record<string, FormField>>> = {
  readonly [K in keyof F]: F[K]["value"] extends number ? number : string;
};

/** A video, and what the user should know about it. */
export interface FormVideo extends Video {
  /** Shown under the video. */
  readonly warning?: string | undefined;
}

/** A form whose fields change a video. */
export interface VideoForm<F extends Readonly<Record<string, FormField>>> {
  readonly fields: F;
  /** Draws the video of the values; what it throws is shown in its place. */
  draw(values: FormValues<F>): Promise<FormVideo>;
}

/**
 * A form in a notebook that runs in its kernel: the page sends the values of the
 * fields to a server of the kernel's process, on this machine alone and under a
 * secret path, and shows the video that comes back.
 *
 * @returns what the notebook shows: the form where the page can reach the kernel,
 *   and elsewhere a line that says so
 */
export function videoFormBundle<F extends Readonly<Record<string, FormField>>>(
  form: VideoForm<F>,
  id: string,
): MimeBundle {
  const path = `/${crypto.randomUUID()}`;
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    formHandler(form, path),
  );
  server.unref(); // the kernel ends when it is told to
  const url = `http://127.0.0.1:${server.addr.port}${path}`;
  const labels = Object.values(form.fields).map(({ label }) => label);
  const height = HEIGHT + ROW * labels.length;
  return {
    "text/html": `<div id="${id}">${escapeHtml(UNREACHABLE)}</div>
<script>
fetch(${JSON.stringify(`${url}/alive`)}).then(() => {
  const frame = document.createElement("iframe");
  Object.assign(frame, { src: ${
      JSON.stringify(url)
    }, width: "100%", height: ${height} });
  frame.style.border = "0";
  addEventListener("message", ({ source, data }) => {
    if (source === frame.contentWindow) frame.height = Number(data.height);
  });
  document.getElementById(${JSON.stringify(id)}).replaceChildren(frame);
}, () => {});
</script>`,
    "text/plain": `[form] ${labels.join(", ")}`,
  };
}

/** Pixels of the page beside its fields, before it has a video, and of a field. */
const [HEIGHT, ROW] = [90, 36];

/**
 * Answers the page of a form: one video is drawn after another, and of the values
 * that wait only the last.
 *
 * @param path Secret, or any page of the browser could ask.
 */
export function formHandler<F extends Readonly<Record<string, FormField>>>(
  { fields, draw }: VideoForm<F>,
  path: string,
): (request: Request) => Promise<Response> {
  const drawing = latestOnly((values: FormValues<F>) => draw(values));
  return async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === `${path}/alive`) {
      const headers = { "access-control-allow-origin": "*" };
      return new Response("alive", { headers });
    }
    if (pathname === path) {
      const headers = { "content-type": "text/html; charset=utf-8" };
      return new Response(pageOf(fields), { headers });
    }
    if (pathname !== `${path}/draw` || request.method !== "POST") {
      return new Response("not found", { status: 404 });
    }
    try {
      const video = await drawing(valuesOf(fields, await request.json()));
      return video === undefined
        ? new Response("a later one took its place", { status: 409 })
        : new Response(videoFigure(video) + warningHtml(video));
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      return new Response(text, { status: 400 });
    }
  };
}

function warningHtml({ warning }: FormVideo): string {
  return warning === undefined ? "" : `<p>${escapeHtml(warning)}</p>`;
}

/** What stands in the place of a form that does not reach its kernel. */
const UNREACHABLE =
  "The form needs the kernel of this notebook on the machine of this browser, " +
  "and a page whose scripts run: run the cell again, in JupyterLab or Notebook 7.";

/**
 * Runs a function for one input after another. An input that waits is dropped for
 * a later one: its result is undefined.
 */
function latestOnly<A, B>(
  run: (input: A) => Promise<B>,
): (input: A) => Promise<B | undefined> {
  let working: Promise<unknown> = Promise.resolve();
  let newest = 0;
  return async (input) => {
    const own = ++newest;
    await working;
    if (own !== newest) return undefined;
    const result = run(input);
    working = result.catch(() => {});
    return await result;
  };
}

/**
 * The values that a page sent.
 *
 * @throws {TypeError} naming a field that is missing or not as it must be
 */
function valuesOf<F extends Readonly<Record<string, FormField>>>(
  fields: F,
  sent: Readonly<Record<string, unknown>>,
): FormValues<F> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => {
      const value = sent[name];
      if (typeof field.value === "string") {
        const isKnown = !("choices" in field) ||
          field.choices.includes(value as string);
        if (typeof value === "string" && isKnown) return [name, value];
      } else if ("least" in field) {
        const isWithin = typeof value === "number" && value >= field.least &&
          value <= field.most;
        if (isWithin) return [name, value];
      }
      throw new TypeError(
        `Cannot draw: ${name} must be ${ruleOf(field)}: it is ${
          JSON.stringify(value)
        }`,
      );
    }),
  ) as FormValues<F>;
}

function ruleOf(field: FormField): string {
  if ("least" in field) return `from ${field.least} to ${field.most}`;
  if ("choices" in field) return `one of ${field.choices.join(", ")}`;
  return "a text";
}

function inputOf(name: string, field: FormField): string {
  const value = escapeHtml(String(field.value));
  if ("least" in field) {
    const { least, most, step = 1 } = field;
    return `<input type="range" name="${name}" min="${least}" max="${most}" ` +
      `step="${step}" value="${value}"><output>${value}</output>`;
  }
  if ("choices" in field) {
    const options = field.choices.map((choice) =>
      `<option${choice === field.value ? " selected" : ""}>${
        escapeHtml(choice)
      }</option>`
    );
    return `<select name="${name}">${options.join("")}</select>`;
  }
  return `<input type="text" name="${name}" value="${value}">`;
}

function pageOf(fields: Readonly<Record<string, FormField>>): string {
  const rows = Object.entries(fields).map(([name, field]) =>
    `<label>${escapeHtml(field.label)}</label><span>${
      inputOf(name, field)
    }</span>`
  );
  return `<!doctype html><meta charset="utf-8"><title>form</title>
<style>
:root { color-scheme: light dark; font: 14px system-ui, sans-serif; }
body { margin: 4px; }
form { display: grid; grid-template-columns: max-content minmax(0, 480px); gap: 8px 12px; align-items: center; }
span { display: flex; gap: 8px; align-items: center; }
input, select { flex: 1; font: inherit; padding: 2px 4px; }
output { min-width: 3em; text-align: right; font-variant-numeric: tabular-nums; }
button { grid-column: 2; justify-self: start; font: inherit; padding: 4px 16px; }
#state { min-height: 1.4em; margin: 8px 0; }
</style>
<form>${rows.join("\n")}<button>Draw</button></form>
<p id="state" role="status">Change a field, or press Draw.</p>
<div id="video"></div>
<script>
const form = document.querySelector("form");
const state = document.getElementById("state");
let sent = 0;
async function draw() {
  const own = ++sent;
  const values = Object.fromEntries([...form.elements].filter((e) => e.name).map((e) => [e.name, e.type === "range" ? Number(e.value) : e.value]));
  const begun = performance.now();
  const seconds = () => ((performance.now() - begun) / 1000).toFixed(1) + " s";
  const show = () => { if (own === sent) state.textContent = "drawing, " + seconds(); };
  const timer = setInterval(show, 100);
  try {
    const answer = await fetch(location.pathname + "/draw", { method: "POST", body: JSON.stringify(values) });
    const text = await answer.text();
    if (own !== sent) return;
    if (answer.ok) document.getElementById("video").innerHTML = text;
    state.textContent = answer.ok ? "drawn in " + seconds() : text;
  } catch {
    state.textContent = "The kernel has ended: run the cell again.";
  } finally {
    clearInterval(timer);
  }
}
// The frame around this page is as high as what is in it.
new ResizeObserver(() => parent.postMessage({ height: document.body.offsetHeight + 20 }, "*")).observe(document.body);
form.addEventListener("submit", (event) => { event.preventDefault(); draw(); });
form.addEventListener("input", (event) => {
  const output = event.target.nextElementSibling;
  if (output?.tagName === "OUTPUT") output.value = event.target.value;
});
form.addEventListener("change", draw);
</script>`;
}
