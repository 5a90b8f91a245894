import type { JobRow } from "../jobs/mod.ts";
import { rangeOf } from "../videos/mod.ts";
import type { Service } from "./context.ts";
import { download } from "./download.ts";
import { Fault } from "./problem.ts";

/**
 * The bytes of a job's video, all or those of a range.
 *
 * @throws {Fault} if there is no video, or the range lies outside
 */
export async function videoBytes(
  { videos, downloadTime }: Pick<Service, "videos" | "downloadTime">,
  { id, status, video, video_removed_at: removed }: JobRow,
  { headers, method }: Pick<Request, "headers" | "method">,
): Promise<Response> {
  if (video === null) {
    throw new Fault(409, "not_ready", `The job is ${status}: it has no video`);
  }
  if (removed !== null) throw gone();
  const etag = `"${video.sha256}"`;
  const known = headers.get("if-none-match")?.split(",")
    .map((tag) => tag.trim().replace(/^W\//, ""));
  if (known?.includes(etag) || known?.includes("*")) {
    return new Response(null, { status: 304, headers: { etag } });
  }
  // A client that has another version must not get a part of this one.
  const condition = headers.get("if-range");
  const range = condition === null || condition === etag
    ? rangeOf(headers.get("range") ?? undefined, video.bytes)
    : undefined;
  if (range === "none") {
    throw new Fault(
      416,
      "range_not_satisfiable",
      `Range: must lie within ${video.bytes} bytes`,
      { headers: { "content-range": `bytes */${video.bytes}` } },
    );
  }
  // Nobody would read, and so close, the body of an answer to HEAD.
  const body = method === "HEAD" ? null : await videos.open(video.name, range);
  if (body === undefined) throw gone();
  const { first, last } = range ?? { first: 0, last: video.bytes - 1 };
  const length = last - first + 1;
  return new Response(body && download(body, length, downloadTime), {
    status: range === undefined ? 200 : 206,
    headers: {
      "content-type": "video/mp4",
      "content-length": String(length),
      "content-disposition": `inline; filename="${id}.mp4"`,
      "accept-ranges": "bytes",
      "cache-control": "private, max-age=3600",
      etag,
      ...(range && {
        "content-range": `bytes ${first}-${last}/${video.bytes}`,
      }),
    },
  });
}

function gone(): Fault {
  return new Fault(409, "video_removed", "The video is no longer kept");
}
