import { AwsClient } from "aws4fetch";
import { InputError, messageOf } from "../../core/mod.ts";
import { digestOfFile } from "./folder.ts";
import type { VideoStore } from "./store.ts";

/** Where a bucket is, and who may use it. */
export interface S3Options {
  readonly bucket: string;
  /** Before the names of videos; without a slash at its ends, or empty. */
  readonly prefix: string;
  /** `https://s3.eu-central-1.amazonaws.com`; the bucket is in the path. */
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** Sends requests; for tests. */
  readonly fetch?: (request: Request) => Promise<Response>;
}

/** The variables that name an S3 store, as all clients of S3 read them. */
export interface S3Variables {
  readonly AWS_ENDPOINT_URL?: string;
  readonly AWS_REGION?: string;
  readonly AWS_ACCESS_KEY_ID?: string;
  readonly AWS_SECRET_ACCESS_KEY?: string;
  readonly AWS_SESSION_TOKEN?: string;
}

/** Whether the place of videos is an S3 store. */
export function isS3Place(place: string): boolean {
  return place.startsWith("s3://");
}

/** The address of the store that variables name. */
export function s3Endpoint(
  { AWS_ENDPOINT_URL, AWS_REGION = "us-east-1" }: S3Variables,
): string {
  return (AWS_ENDPOINT_URL || `https://s3.${AWS_REGION}.amazonaws.com`)
    .replace(/\/+$/, "");
}

/**
 * Reads where videos are kept in an S3 store.
 *
 * @param place `s3://BUCKET/PREFIX`.
 * @throws {InputError} naming what is missing
 */
export function s3Options(place: string, variables: S3Variables): S3Options {
  const [, bucket, prefix = ""] =
    /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(place) ?? [];
  if (bucket === undefined) {
    throw new InputError(
      `Cannot keep videos in "${place}": it must be s3://BUCKET/PREFIX: ` +
        "the bucket has another form; check its name",
    );
  }
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = variables;
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) {
    throw new InputError(
      `Cannot keep videos in "${place}": AWS_ACCESS_KEY_ID and ` +
        "AWS_SECRET_ACCESS_KEY must be set: one is missing; set both",
    );
  }
  return {
    bucket,
    prefix: prefix.replace(/^\/+|\/+$/g, ""),
    endpoint: s3Endpoint(variables),
    region: variables.AWS_REGION ?? "us-east-1",
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    sessionToken: variables.AWS_SESSION_TOKEN,
  };
}

/** Keeps videos in a bucket of an S3 store. */
export async function s3Store(options: S3Options): Promise<VideoStore> {
  const { bucket, prefix, endpoint, fetch: send = fetch } = options;
  const client = new AwsClient({ ...options, service: "s3", retries: 0 });
  const base = `${endpoint}/${bucket}`;
  const place = `s3://${bucket}${prefix && `/${prefix}`}`;
  const ask = async (
    name: string,
    init: RequestInit,
    allowed: readonly number[],
  ): Promise<Response> => {
    const url = name === "" ? base : `${base}/${prefix && `${prefix}/`}${name}`;
    const answer = await send(await client.sign(url, init));
    if (answer.ok || allowed.includes(answer.status)) return answer;
    await answer.body?.cancel();
    throw new Error(`${init.method} of ${place} gave status ${answer.status}`);
  };
  const store: VideoStore = {
    place,
    async save(name, write) {
      const path = await Deno.makeTempFile({ suffix: ".mp4" });
      try {
        await write(path);
        const saved = await digestOfFile(path);
        const answer = await ask(name, {
          method: "PUT",
          body: await Deno.readFile(path),
          headers: { "content-type": "video/mp4" },
        }, []);
        await answer.body?.cancel();
        return saved;
      } finally {
        await Deno.remove(path).catch(() => {});
      }
    },
    async open(name, range) {
      const answer = await ask(name, {
        method: "GET",
        headers: range && { range: `bytes=${range.first}-${range.last}` },
      }, [404]);
      if (answer.status !== 404) return answer.body ?? undefined;
      await answer.body?.cancel();
      return undefined;
    },
    async remove(name) {
      await (await ask(name, { method: "DELETE" }, [404])).body?.cancel();
    },
    async check() {
      await (await ask("", { method: "HEAD" }, [])).body?.cancel();
    },
  };
  try {
    await store.check();
  } catch (error) {
    throw new InputError(
      `Cannot keep videos in "${place}": the bucket must exist at ` +
        `${endpoint} and be ours: ${messageOf(error)}; check its name and ` +
        "the AWS_ variables",
    );
  }
  return store;
}
