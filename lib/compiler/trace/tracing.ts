import { engine } from "@tensorflow/tfjs-core";

/** The name under which the tracing backend is registered with TF.js. */
export const TRACING = "aiprod-trace";

/** Whether TF.js is recording a function rather than computing. */
export function isTracing(): boolean {
  return engine().backendName === TRACING;
}
