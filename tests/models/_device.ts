import { type Device, openDevice } from "lib/compiler/mod.ts";

/**
 * One thread, for results that do not depend on the machine. Opened before the
 * first test: the runtime's library stays for the life of the process, and a
 * test that opened it would be told that it leaks.
 */
export const device: Device = await openDevice("cpu", { threads: 1 });
