import { lookup } from "node:dns/promises";
import http from "node:http";
import https from "node:https";
import { messageOf } from "../../core/mod.ts";
import {
  addressProblem,
  isPublicAddress,
  type WebhookRule,
} from "./address.ts";

/** A signed message to an address. */
export interface Message {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What became of a message: the status of the answer, or why there was none. */
export type Receipt =
  | { readonly status: number }
  | { readonly error: string };

/** Milliseconds that a receiver has. */
const TIMEOUT = 10_000;

/**
 * Sends a message. Redirects are not followed and the answer's body is not
 * read: a receiver cannot lead it elsewhere, nor hold it up.
 *
 * @param rule With `public`, a name that leads to a private network is refused
 *   in the look-up whose result the connection uses.
 */
export function sendMessage(
  message: Message,
  rule: WebhookRule,
): Promise<Receipt> {
  const problem = addressProblem(message.url, rule);
  if (problem !== undefined) {
    return Promise.resolve({ error: `the address ${problem}` });
  }
  return new Promise<Receipt>((resolve, reject) =>
    post(message, rule, resolve, reject)
  ).catch((error) => ({ error: messageOf(error) }));
}

function post(
  { url, headers, body }: Message,
  rule: WebhookRule,
  resolve: (receipt: Receipt) => void,
  reject: (error: unknown) => void,
): void {
  const { request } = url.startsWith("https:") ? https : http;
  const sent = request(url, {
    method: "POST",
    headers: { ...headers, "content-length": String(new Blob([body]).size) },
    signal: AbortSignal.timeout(TIMEOUT),
    agent: false,
    ...(rule === "public" && { lookup: lookUpPublic }),
  }, (response) => {
    resolve({ status: response.statusCode ?? 0 });
    response.destroy();
  });
  sent.on("error", reject);
  sent.end(body);
}

type LookUpDone = (
  error: Error | null,
  addresses: { readonly address: string; readonly family: number }[],
) => void;

async function lookUpPublic(
  host: string,
  _options: unknown,
  done: LookUpDone,
): Promise<void> {
  try {
    const found = await lookup(host, { all: true });
    const addresses = found.filter(({ address }) => isPublicAddress(address));
    if (addresses.length > 0) return done(null, addresses);
    done(new Error("the name leads to a private network"), []);
  } catch (error) {
    done(error instanceof Error ? error : new Error(String(error)), []);
  }
}
