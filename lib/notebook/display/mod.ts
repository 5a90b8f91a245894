/**
 * Outputs of notebooks: plots, clips, pictures, tables and progress, in forms for
 * JupyterLab, Jupyter Notebook, VS Code, terminals and plain pages.
 *
 * @module
 */
export * from "./display.ts";
export * from "./figure.ts";
export type { FormField, FormValues, FormVideo, VideoForm } from "./form.ts";
export * from "./host.ts";
export * from "./live_progress.ts";
export type { LiveContent, LiveView } from "./live_view.ts";
export {
  type ImageGrid,
  imageGridBundle,
  type Video,
  videoBundle,
  type VideoGrid,
  videoGridBundle,
} from "./media.ts";
export * from "./plotly.ts";
export * from "./table.ts";
export { staticPlot } from "./static_plot.ts";
