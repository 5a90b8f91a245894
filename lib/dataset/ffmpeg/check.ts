import { FFmpegError } from "./library.ts";

/** A call into FFmpeg failed that no input should fail, for example on a full disk. */
export class FfmpegRefusal extends Error {
  override readonly name: string = "FfmpegRefusal";
  /** FFmpeg's negative error code. */
  readonly code: number;

  constructor(code: number, action: string) {
    super(
      `Cannot ${action}: FFmpeg must accept it: current answer is "${
        answerOf(code)
      }"`,
    );
    this.code = code;
  }
}

/**
 * Returns the result of a call into FFmpeg, or throws if it is an error code.
 *
 * For calls that no file of the user can make fail; the callers throw an
 * `InputError` for the others.
 *
 * @param code The return value; negative for an error.
 * @param action For the message, as in "open the encoder".
 * @throws {FfmpegRefusal} `Cannot open the encoder: FFmpeg must accept it: current answer is "..."`
 *
 * @example
 * ```ts
 * import { check } from "lib/dataset/ffmpeg/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(check(3, "count streams"), 3);
 * ```
 */
export function check(code: number, action: string): number {
  if (code < 0) throw new FfmpegRefusal(code, action);
  return code;
}

/**
 * FFmpeg's message for an error code.
 *
 * @example
 * ```ts
 * import { answerOf } from "lib/dataset/ffmpeg/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(answerOf(-2), "No such file or directory");
 * ```
 */
export function answerOf(code: number): string {
  return FFmpegError.strerror(code);
}

/**
 * The URL of a file for FFmpeg, which takes a path with a colon for a protocol.
 */
export function fileUrl(path: string): string {
  return `file:${path}`;
}
