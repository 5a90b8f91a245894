/**
 * The environment for a Deno that this one starts: its own without the
 * variables of the dynamic loader, which Deno refuses to pass on unless every
 * program may be run.
 */
export function environmentForDeno(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(Deno.env.toObject())
      .filter(([name]) => !/^(LD|DYLD)_/.test(name)),
  );
}
