/**
 * ZeroMQ's wire protocol, the client's side, over any pair of byte streams.
 *
 * @module
 */
export * from "./socket.ts";
