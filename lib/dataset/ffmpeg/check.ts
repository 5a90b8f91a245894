import { FFmpegError } from "./library.ts";

/** FFmpeg refused what should always work, or the disk failed it. */
export class FfmpegRefusal extends Error {
  override readonly name: string = "FfmpegRefusal";
  /** Negative, as FFmpeg gave it. */
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
 * For calls that no input of the user can make fail: what the user's files can
 * cause is answered where it happens, with an `InputError`.
 *
 * @param code What FFmpeg returned; negative means an error.
 * @param action What was being done, as in "open the encoder".
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
 * FFmpeg's own words for an error code.
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
 * The name under which FFmpeg opens a file, whatever colons the path holds.
 *
 * @example
 * ```ts
 * import { fileUrl } from "lib/dataset/ffmpeg/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(fileUrl("clips/12:30.mp4"), "file:clips/12:30.mp4");
 * ```
 */
export function fileUrl(path: string): string {
  return `file:${path}`;
}
