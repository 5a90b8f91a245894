/**
 * Deno's own Jupyter kernel as a child process: started, asked, ended.
 *
 * @module
 */
export * from "./kernel.ts";
export * from "./message.ts";
