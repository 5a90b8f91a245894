import type { Progress } from "../../core/mod.ts";
import { terminalProgress } from "../../core/progress/mod.ts";
import { type Figure, figureBundle } from "./figure.ts";
import { type FormField, type VideoForm, videoFormBundle } from "./form.ts";
import { type Host, jupyterHost, textHost } from "./host.ts";
import { liveProgress } from "./live_progress.ts";
import { type LiveView, liveView } from "./live_view.ts";
import {
  type ImageGrid,
  imageGridBundle,
  type Video,
  videoBundle,
  type VideoGrid,
  videoGridBundle,
} from "./media.ts";
import { showPlainErrors } from "./plain_errors.ts";
import {
  plotlyBundle,
  type PlotlyFigure,
  plotlyFigureBundle,
} from "./plotly.ts";
import { enterRepository } from "./repository.ts";
import { type Table, tableBundle } from "./table.ts";

/** The output of a notebook. */
export interface Display {
  /** A plot, drawn by Plotly where scripts run and as a static picture elsewhere. */
  figure(figure: Figure): Promise<void>;
  /** A plot with more than lines, points and bars. */
  plotly(figure: PlotlyFigure): Promise<void>;
  /** A clip that plays in the page. */
  video(video: Video): Promise<void>;
  /** Clips side by side, playing together. */
  videos(grid: VideoGrid): Promise<void>;
  /** A plot and a picture that change in place: see {@link LiveView}. */
  live(): LiveView;
  /** Pictures side by side. */
  imageGrid(grid: ImageGrid): Promise<void>;
  table(table: Table): Promise<void>;
  /** Text for a terminal alone: a page shows the same as tables or figures. */
  terminal(text: string): Promise<void>;
  /** Fields that change a video, drawn in the kernel: see `videoFormBundle`. */
  videoForm<F extends Readonly<Record<string, FormField>>>(
    form: VideoForm<F>,
  ): Promise<void>;
  /** For everything that takes longer than a few seconds. */
  readonly progress: Progress;
  /**
   * Aborted by the Stop button or Ctrl-C, and then replaced: read it anew in
   * every cell. Work with this signal saves and ends, and the kernel lives on.
   */
  readonly stopSignal: AbortSignal;
}

/** The output of a display, for tests; by default that of the process. */
export interface DisplayOptions {
  readonly host?: Host;
  readonly progress?: Progress;
}

/**
 * Opens the display of a notebook, in its first cell. In Jupyter this puts the
 * plotting library into the page, once, makes relative paths begin at the
 * repository, so that the same path means the same file in JupyterLab, in VS Code
 * and in the headless runner, and shows errors that explain themselves, and names
 * that are missing, as one line. Outside of Jupyter, in a program or a test, plain
 * text goes to standard output.
 *
 * @example
 * ```ts
 * import { openDisplay } from "lib/notebook/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const shown: unknown[] = [];
 * const host = {
 *   show: (data: Record<string, unknown>) => Promise.resolve(void shown.push(data["text/plain"])),
 *   update: () => Promise.resolve(),
 * };
 * const show = await openDisplay({ host });
 * await show.table({ columns: ["model", "PSNR"], rows: [["tiny", 24.56]] });
 * assert.equal(shown.at(-1), "model  PSNR\n-----  ----\ntiny   24.6");
 * ```
 */
export async function openDisplay(
  options: DisplayOptions = {},
): Promise<Display> {
  const notebook = jupyterHost();
  if (notebook !== undefined) {
    enterRepository();
    showPlainErrors();
  }
  const jupyter = options.host ?? notebook;
  const host = jupyter ?? textHost((text) => {
    Deno.stdout.writeSync(new TextEncoder().encode(text));
  });
  // Ids must differ from those of other kernels with outputs in the page.
  const session = crypto.randomUUID().slice(0, 8);
  let displays = 0;
  const newId = (): string => `aiprod-${session}-${++displays}`;
  if (jupyter !== undefined) await host.show(plotlyBundle(plotlySource()));
  let stop: StopButton | undefined;
  return {
    figure: (figure) => host.show(figureBundle(figure, newId())),
    plotly: (figure) => host.show(plotlyFigureBundle(figure, newId())),
    video: (video) => host.show(videoBundle(video)),
    videos: (grid) => host.show(videoGridBundle(grid)),
    live: () => liveView(host, newId),
    imageGrid: (grid) => host.show(imageGridBundle(grid)),
    table: (table) => host.show(tableBundle(table)),
    terminal: (text) => host.show({ "text/html": "", "text/plain": text }),
    videoForm: (form) => host.show(videoFormBundle(form, newId())),
    progress: options.progress ??
      (jupyter === undefined
        ? terminalProgress()
        : liveProgress(host, newId, () => performance.now() / 1000)),
    get stopSignal() {
      stop ??= new StopButton();
      return stop.signal;
    },
  };
}

/** Read on demand, so that programs without a display do not load it. */
function plotlySource(): string {
  return Deno.readTextFileSync(
    new URL(import.meta.resolve("plotly.js-basic-dist-min")),
  );
}

/**
 * A signal that is aborted by the Stop button of a notebook or Ctrl-C in a
 * terminal. Both arrive as SIGINT, of which Deno's kernel dies, with all
 * variables, unless there is a listener.
 */
class StopButton {
  #abort = new AbortController();

  constructor() {
    Deno.addSignalListener("SIGINT", () => this.#abort.abort());
  }

  /** A signal that is not aborted yet. */
  get signal(): AbortSignal {
    if (this.#abort.signal.aborted) this.#abort = new AbortController();
    return this.#abort.signal;
  }
}
