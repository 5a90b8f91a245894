/** What a key may be used for. */
export const SCOPES = {
  read: "see jobs, videos, usage and models",
  write: "make, cancel and delete jobs",
  keys: "create, list, rotate and revoke keys and the webhook secret",
  operator: "see metrics, and the queue, workers and runs of everybody",
} as const;

/** The name of a scope. */
export type Scope = keyof typeof SCOPES;

/** All names of scopes. */
export const SCOPE_NAMES = Object.keys(SCOPES) as [Scope, ...Scope[]];
