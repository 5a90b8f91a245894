import fc from "fast-check";
import { InputError } from "lib/core/mod.ts";

/** The same cases in every run; a failure prints the smallest one that fails. */
const SEED = 20_261_130;

/** Checks a property of many inputs. */
export async function forAny<T>(
  inputs: fc.Arbitrary<T>,
  check: (input: T) => void | Promise<void>,
  runs = 200,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(inputs, async (input) => await check(input)),
    { seed: SEED, numRuns: runs },
  );
}

/** The value of a reader; undefined for an `InputError`. Other errors are thrown. */
export async function valueOrInputError<T>(
  read: () => T | Promise<T>,
): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/** Texts that readers take for something else. */
export const oddText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    ...["", " ", "\t", "\n", "\0", "-", "--", "-h", "--help", "=", ".", "/"],
    ...["0", "-1", "1.5", "0x10", "1e400", "NaN", "Infinity", "1_000", "null"],
    ...["__proto__", "constructor", "toString", "\ufeff", "\ud800", "é", "٤"],
    ...["a,b", "64x64", "16x64x64", "99999x99999x99999", "runs/a.mp4", "true"],
  ),
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.double().map(String),
  fc.integer().map(String),
);

/** Values of JSON that a field does not expect. */
const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    ...[null, true, false, -1, 0, 1.5, 1e308, 2 ** 53, [], {}, [[]], [null]],
  ),
  oddText,
  fc.jsonValue({ maxDepth: 2 }),
);

/** A valid value of JSON with up to three fields replaced, removed or added. */
export function damagedValue(valid: unknown): fc.Arbitrary<unknown> {
  const change = fc.record({
    at: fc.nat(),
    kind: fc.constantFrom("replace", "remove", "add"),
    name: oddText,
    value: oddValue,
  });
  return fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) =>
    changes.reduce<unknown>((value, { at, kind, name, value: odd }) => {
      const copy = structuredClone(value);
      const places = placesOf(copy);
      if (places.length === 0) return odd;
      const { owner, key } = places[at % places.length]!;
      if (kind === "replace") owner[key] = odd;
      else if (kind !== "add") {
        if (Array.isArray(owner)) owner.splice(Number(key), 1);
        else delete owner[key];
      } else if (Array.isArray(owner)) {
        owner.splice(at % (owner.length + 1), 0, odd);
      } else {Object.defineProperty(owner, name, {
          value: odd,
          enumerable: true,
        });}
      return copy;
    }, valid)
  );
}

interface Place {
  readonly owner: Record<string, unknown>;
  readonly key: string;
}

function placesOf(value: unknown): Place[] {
  if (typeof value !== "object" || value === null) return [];
  const owner = value as Record<string, unknown>;
  return Object.keys(owner)
    .flatMap((key) => [{ owner, key }, ...placesOf(owner[key])]);
}

/** The bytes of a valid file: cut off, with some bytes changed or put in. */
export function damagedBytes(valid: Uint8Array): fc.Arbitrary<Uint8Array> {
  const change = fc.record({
    at: fc.nat({ max: Math.max(0, valid.length - 1) }),
    length: fc.nat({ max: 4 }),
    bytes: fc.uint8Array({ maxLength: 4 }),
  });
  return fc.tuple(
    fc.array(change, { maxLength: 3 }),
    fc.option(fc.nat({ max: valid.length })),
  ).map(([changes, end]) => {
    const bytes = [...valid];
    for (const { at, length, bytes: put } of changes) {
      bytes.splice(at, length, ...put);
    }
    return new Uint8Array(bytes.slice(0, end ?? bytes.length));
  });
}
