/**
 * Finds a name that one object of a JSON text has twice. `JSON.parse` keeps
 * the last of the two in silence, and readers that keep the first would then
 * see other tensors in the same file.
 *
 * @param json Valid JSON: it has been parsed before.
 * @returns The name, or `undefined` if all objects have distinct names.
 */
export function duplicateKeyOf(json: string): string | undefined {
  const open: Set<string>[] = []; // arrays get a set too; it stays empty
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    if (character === "{" || character === "[") open.push(new Set());
    else if (character === "}" || character === "]") open.pop();
    else if (character === '"') {
      const end = endOfString(json, at);
      if (isKey(json, end)) {
        const key: string = JSON.parse(json.slice(at, end));
        const keys = open.at(-1)!;
        if (keys.has(key)) return key;
        keys.add(key);
      }
      at = end - 1;
    }
  }
  return undefined;
}

/** Index after the closing quote of the string that opens at `start`. */
function endOfString(json: string, start: number): number {
  for (let at = start + 1;; at++) {
    if (json[at] === "\\") at++;
    else if (json[at] === '"') return at + 1;
  }
}

/** Whether a colon follows, white space apart. */
function isKey(json: string, at: number): boolean {
  while (" \t\r\n".includes(json[at] ?? "x")) at++;
  return json[at] === ":";
}
