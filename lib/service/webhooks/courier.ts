import type { Message, Receipt } from "./send.ts";

/** Sends messages for a process that may not reach the internet itself. */
export type Courier = (message: Message) => Promise<Receipt>;

/** Answers lines of JSON with lines of JSON: the process that sends. */
export async function runCourier(
  lines: ReadableStream<Uint8Array>,
  write: (line: string) => Promise<void>,
  send: (message: Message) => Promise<Receipt>,
): Promise<void> {
  const answers = new Set<Promise<void>>();
  for await (const line of linesOf(lines)) {
    const asked = parsed(line);
    if (asked === undefined) continue;
    const { id, message } = asked;
    const answer = send(message)
      .then((receipt) => write(JSON.stringify({ id, receipt })))
      .finally(() => answers.delete(answer));
    answers.add(answer);
  }
  await Promise.all(answers);
}

/** A library may print to the output that is this pipe: its lines are no messages. */
function parsed(
  line: string,
): { readonly id: number; readonly message: Message } | undefined {
  try {
    const asked = JSON.parse(line);
    return typeof asked?.message?.url === "string" ? asked : undefined;
  } catch {
    return undefined;
  }
}

/** Milliseconds after which a courier that does not answer counts as gone. */
const PATIENCE = 20_000;

/** A courier at the other end of two pipes. */
export function courierOver(
  lines: ReadableStream<Uint8Array>,
  write: (line: string) => Promise<void>,
): { readonly courier: Courier; readonly closed: Promise<void> } {
  let next = 0;
  let isOpen = true;
  const waiting = new Map<number, (receipt: Receipt) => void>();
  const read = async (): Promise<void> => {
    for await (const line of linesOf(lines)) {
      const { id, receipt } = JSON.parse(line);
      waiting.get(id)?.(receipt);
    }
    isOpen = false;
    for (const resolve of waiting.values()) resolve(GONE);
  };
  return {
    closed: read(),
    async courier(message) {
      if (!isOpen) return GONE;
      const id = next++;
      const { promise, resolve } = Promise.withResolvers<Receipt>();
      waiting.set(id, resolve);
      const timer = setTimeout(() => resolve(GONE), PATIENCE);
      try {
        await write(JSON.stringify({ id, message }));
        return await promise;
      } finally {
        clearTimeout(timer);
        waiting.delete(id);
      }
    },
  };
}

const GONE: Receipt = { error: "the process that sends webhooks is gone" };

async function* linesOf(
  bytes: ReadableStream<Uint8Array>,
): AsyncGenerator<string> {
  let rest = "";
  const decoder = new TextDecoder();
  for await (const chunk of bytes) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}
