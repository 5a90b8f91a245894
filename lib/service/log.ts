/** Facts of a line of the log; undefined ones are left out. */
export type LogFacts = Readonly<
  Record<string, string | number | boolean | null | undefined>
>;

/** The log of the service: one JSON object a line. */
export interface Log {
  info(message: string, facts?: LogFacts): void;
  warn(message: string, facts?: LogFacts): void;
  /** @param error Its stack is kept: the log is for the operator alone. */
  error(message: string, error: unknown, facts?: LogFacts): void;
}

/**
 * A log that writes lines of JSON.
 *
 * @param write Takes a line without its end.
 */
export function jsonLog(write: (line: string) => void, now: () => Date): Log {
  const line = (level: string, message: string, facts: LogFacts = {}): void =>
    write(JSON.stringify({
      time: now().toISOString(),
      level,
      message,
      ...facts,
    }));
  return {
    info: (message, facts) => line("info", message, facts),
    warn: (message, facts) => line("warn", message, facts),
    error: (message, error, facts) =>
      line("error", message, {
        ...facts,
        error: error instanceof Error
          ? error.stack ?? error.message
          : String(error),
      }),
  };
}
