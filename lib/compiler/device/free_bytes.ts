/**
 * Bytes of the machine's memory that programs can still have without swapping;
 * undefined where this process may not ask.
 */
export function freeBytesOfMachine(): number | undefined {
  const { state } = Deno.permissions.querySync({
    name: "sys",
    kind: "systemMemoryInfo",
  });
  return state === "granted" ? Deno.systemMemoryInfo().available : undefined;
}
