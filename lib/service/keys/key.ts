import { timingSafeEqual } from "node:crypto";

/** A new key; only its hash may be kept. */
export interface NewKey {
  /** 12 hexadecimal digits. */
  readonly id: string;
  /** `aip_ID_SECRET`, shown once. */
  readonly key: string;
  readonly hash: Uint8Array;
  readonly last4: string;
}

/** `aip_`, the id, and 32 random bytes as base64url. */
const FORM = /^aip_([0-9a-f]{12})_[A-Za-z0-9_-]{43}$/;

/** Makes a key of 256 random bits, so that its hash needs neither salt nor stretching. */
export async function newKey(): Promise<NewKey> {
  const id = crypto.getRandomValues(new Uint8Array(6)).toHex();
  const secret = crypto.getRandomValues(new Uint8Array(32)).toBase64({
    alphabet: "base64url",
    omitPadding: true,
  });
  const key = `aip_${id}_${secret}`;
  return { id, key, hash: await hashOf(key), last4: key.slice(-4) };
}

/** The id in a key; undefined for a text that is no key. */
export function idOfKey(key: string): string | undefined {
  return FORM.exec(key)?.[1];
}

/** Whether two hashes of keys are the same; takes the same time for all. */
export function sameHash(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}

/** The hash by which a key is kept: its SHA-256. */
export async function hashOf(key: string): Promise<Uint8Array> {
  const bytes = new TextEncoder().encode(key);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}
