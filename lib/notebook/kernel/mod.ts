/**
 * Deno's own Jupyter kernel as a child process: started, asked, ended.
 *
 * @module
 */
export * from "./environment.ts";
export * from "./kernel.ts";
export * from "./message.ts";
