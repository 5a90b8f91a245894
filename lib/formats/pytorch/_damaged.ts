import { InputError } from "../../core/mod.ts";

/** Makes the error for a file that breaks its format. */
export function damaged(path: string, rule: string, found: string): InputError {
  return new InputError(
    `Cannot read "${path}": ${rule}: ${found}; download the file again`,
  );
}
