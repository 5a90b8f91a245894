/**
 * A TF.js operation that has no exact form in the compiler. Thrown while
 * tracing, so that nothing is ever computed approximately or elsewhere.
 */
export class UnsupportedOpError extends Error {
  override readonly name = "UnsupportedOpError";

  /**
   * @param kernel The TF.js kernel, such as `Conv3D`.
   * @param rule What would be needed, and what was found.
   */
  constructor(readonly kernel: string, rule: string) {
    super(`Cannot lower ${kernel}: ${rule}`);
  }
}
