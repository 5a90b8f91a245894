import type { MiddlewareHandler } from "hono";
import type { Env } from "./context.ts";
import { Fault } from "./problem.ts";

/**
 * Reads the body of a request before anything else does, so that neither a
 * large one nor one that trickles in holds memory or a handler.
 */
export function limitBody(
  { bytes, milliseconds }: {
    readonly bytes: number;
    readonly milliseconds: number;
  },
): MiddlewareHandler<Env> {
  return async (c, next) => {
    const { raw } = c.req;
    if (raw.body === null) return await next();
    const body = await bodyWithin(raw, bytes, milliseconds);
    c.req.raw = new Request(raw.url, {
      method: raw.method,
      headers: raw.headers,
      body,
    });
    await next();
  };
}

async function bodyWithin(
  request: Request,
  most: number,
  milliseconds: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = (): Fault =>
    new Fault(
      413,
      "body_too_large",
      `The body must have at most ${most} bytes`,
    );
  if (Number(request.headers.get("content-length") ?? 0) > most) {
    throw tooLarge();
  }
  const reader = request.body!.getReader();
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() =>
    reject(
      new Fault(
        408,
        "body_timeout",
        `The body must arrive within ${milliseconds / 1000} s`,
      ),
    ), milliseconds);
  try {
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    let length = 0;
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), late]);
      if (done) break;
      length += value.length;
      if (length > most) throw tooLarge();
      chunks.push(value);
    }
    return new Uint8Array(await new Blob(chunks).arrayBuffer());
  } catch (error) {
    reader.cancel().catch(() => {});
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
