/** Joins bytes. */
export function concatBytes(
  parts: readonly Uint8Array[],
): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(
    parts.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Writes all bytes: one call of a file's `writeSync` may write fewer. */
export function writeAllSync(
  file: { writeSync(bytes: Uint8Array): number },
  bytes: Uint8Array,
): void {
  for (let done = 0; done < bytes.length;) {
    done += file.writeSync(bytes.subarray(done));
  }
}

/** Reads `count` bytes from `begin` on, or fewer if the file ends before. */
export function readAtSync(
  file: Pick<Deno.FsFile, "readSync" | "seekSync">,
  begin: number,
  count: number,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(count);
  file.seekSync(begin, Deno.SeekMode.Start);
  for (let done = 0; done < count;) {
    const more = file.readSync(bytes.subarray(done));
    if (more === null) return bytes.subarray(0, done);
    done += more;
  }
  return bytes;
}
