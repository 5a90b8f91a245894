import { isServerUrl } from "../../service/database/open.ts";
import { isS3Place, s3Endpoint } from "../../service/videos/s3.ts";
import { PRIVATE_NETWORKS } from "../../service/webhooks/address.ts";
import { GRAPH_CACHE } from "../graph_cache.ts";
import type { CommonFlags, ServeFlags } from "./options.ts";

/** Variables that libraries read: pg and its file of passwords, TensorFlow.js, FFmpeg, Hono, telemetry; and that which chooses the interface of a card. */
const VARIABLES = [
  "PG*",
  "AWS_*",
  "NODE_PG_FORCE_NATIVE",
  "AV_*",
  "NODE_ENV",
  "NODE_DEBUG",
  "NO_COLOR",
  "FORCE_COLOR",
  "USER",
  "USERNAME",
  "HOME",
  "APPDATA",
  "DENO_WEBGPU_BACKEND",
];

/** Flags of `deno run` for a process with the API: no more than its own flags need. */
export function serverPermissions(flags: ServeFlags): string[] {
  const { host, port, workers, database } = flags;
  const draws = workers > 0 && !isServerUrl(database);
  return [
    ...storePermissions(flags, [`${bracketed(host)}:${port}`]),
    ...(draws ? drawPermissions() : []),
  ];
}

/** Flags of `deno run` for a worker. */
export function workerPermissions(flags: CommonFlags): string[] {
  return [...storePermissions(flags, []), ...drawPermissions()];
}

/** Flags of `deno run` for the process that sends webhooks: only the internet. */
export function courierPermissions(
  { privateWebhooks }: Pick<ServeFlags, "privateWebhooks">,
): string[] {
  return [
    "--allow-net",
    ...(privateWebhooks ? [] : [`--deny-net=${PRIVATE_NETWORKS.join(",")}`]),
    // For certificates of authorities: Deno 2.9.6 asks for "ca", which its own
    // flag does not know.
    "--allow-sys",
    "--allow-env=NODE_USE_SYSTEM_CA,NODE_EXTRA_CA_CERTS,NODE_TLS_REJECT_UNAUTHORIZED,SSL_CERT_FILE,SSL_CERT_DIR",
  ];
}

function storePermissions(
  { database, videos, metricsHost, metricsPort }: CommonFlags,
  listening: readonly string[],
): string[] {
  const hosts = [
    ...listening,
    ...(metricsPort > 0 ? [`${bracketed(metricsHost)}:${metricsPort}`] : []),
    ...hostsOf(database, 5432),
    ...s3Hosts(videos),
  ];
  const folders = [
    ...(isServerUrl(database) ? [] : [database]),
    ...(isS3Place(videos) ? [temporaryFolder()] : [videos]),
    GRAPH_CACHE,
  ];
  return [
    ...(hosts.length > 0 ? [`--allow-net=${hosts.join(",")}`] : []),
    `--allow-env=${VARIABLES.join(",")}`,
    `--allow-read=.,${folders.join(",")}`,
    `--allow-write=${folders.join(",")}`,
    "--allow-sys=hostname,cpus,homedir",
  ];
}

function drawPermissions(): string[] {
  return ["--allow-ffi"];
}

function hostsOf(place: string, port: number): string[] {
  if (!isServerUrl(place)) return [];
  const url = new URL(place);
  return [`${url.hostname}:${url.port || port}`];
}

function s3Hosts(videos: string): string[] {
  if (!isS3Place(videos)) return [];
  const { host, protocol, port } = new URL(s3Endpoint({
    AWS_ENDPOINT_URL: Deno.env.get("AWS_ENDPOINT_URL"),
    AWS_REGION: Deno.env.get("AWS_REGION"),
  }));
  return [port === "" ? `${host}:${protocol === "https:" ? 443 : 80}` : host];
}

function temporaryFolder(): string {
  return Deno.env.get("TMPDIR") ?? "/tmp";
}

function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
