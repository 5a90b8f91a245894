import { isIPv4 } from "node:net";

/** Which addresses webhooks may have; `any` is for tests and closed networks. */
export type WebhookRule = "public" | "any";

/**
 * What is wrong with the address of a webhook; undefined if nothing is. Where a
 * name leads is checked when a message is sent.
 *
 * @example
 * ```ts
 * import { addressProblem } from "lib/service/webhooks/address.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(addressProblem("https://example.com/hook", "public"), undefined);
 * assert.equal(
 *   addressProblem("https://[::1]/", "public"),
 *   "must not be an address of a private network",
 * );
 * ```
 */
export function addressProblem(
  text: string,
  rule: WebhookRule,
): string | undefined {
  const url = URL.parse(text);
  if (url === null) return "must be an address";
  if (rule === "any" && url.protocol === "http:") return undefined;
  if (url.protocol !== "https:") return "must begin with https://";
  if (url.username !== "" || url.password !== "") {
    return "must not hold a user or a password";
  }
  if (rule === "any") return undefined;
  const host = url.hostname.replace(/\.$/, "");
  const literal = host.startsWith("[")
    ? host.slice(1, -1)
    : isIPv4(host)
    ? host
    : undefined;
  const isPrivate = literal === undefined
    ? !host.includes(".") || /\.(localhost|internal|local)$/.test(host)
    : !isPublicAddress(literal);
  return isPrivate ? "must not be an address of a private network" : undefined;
}

/** Whether an IP address belongs to the public internet. */
export function isPublicAddress(address: string): boolean {
  return isIPv4(address) ? isPublicIpv4(address) : isPublicIpv6(address);
}

/** Of IPv6 only global unicast is public, without documentation, Teredo and 6to4. */
function isPublicIpv6(address: string): boolean {
  return /^[23][0-9a-f]{3}:/i.test(address) &&
    !/^(2001:db8|2002|2001:0{0,4}):/i.test(address);
}

function isPublicIpv4(address: string): boolean {
  const [a = 0, b = 0] = address.split(".").map(Number);
  return !(a === 0 || a === 10 || a === 127 || a >= 224 ||
    (a === 100 && b >= 64 && b < 128) || (a === 169 && b === 254) ||
    (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168) ||
    (a === 192 && b === 0) || (a === 198 && (b === 18 || b === 19)));
}

/**
 * Addresses that the process which sends webhooks must not reach, as values of
 * `--deny-net`: a second wall, which Deno 2.9 has for IPv4 alone.
 */
export const PRIVATE_NETWORKS: readonly string[] = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "224.0.0.0/3",
  "[::1]",
];
