/** File name extensions of videos and moving pictures. */
const VIDEO_EXTENSIONS: readonly string[] = (
  "mp4 m4v mov qt mkv webm avi mpg mpeg mpe m2v mts m2ts ts vob flv f4v ogv ogg " +
  "wmv asf gif apng 3gp 3g2 mxf dv y4m nut ivf rm rmvb divx h264 264 hevc 265 av1 obu"
).split(" ");

/** File name extensions of pictures that FFmpeg reads. */
const PICTURE_EXTENSIONS: readonly string[] =
  "jpg jpeg png webp avif bmp tif tiff".split(" ");

/** Whether the name of a file ends as that of a video, in any letter case. */
export function isVideoName(name: string): boolean {
  return VIDEO_EXTENSIONS.includes(extensionOf(name));
}

/** Whether the name of a file ends as that of a picture, in any letter case. */
export function isPictureName(name: string): boolean {
  return PICTURE_EXTENSIONS.includes(extensionOf(name));
}

/**
 * Whether a name in a folder is hidden: it begins with a dot, as `.DS_Store`,
 * and as `._clip.mp4`, in which macOS keeps attributes of `clip.mp4`.
 */
export function isHidden(name: string): boolean {
  return name.startsWith(".");
}

/** Lower case, without the dot; empty if there is none. */
export function extensionOf(path: string): string {
  return /[^/]\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? "";
}

/** Bytes of a packet of an MPEG transport stream, and of one with a time code. */
const PACKETS: readonly { bytes: number; syncAt: number }[] = [
  { bytes: 188, syncAt: 0 },
  { bytes: 192, syncAt: 4 },
];
/** The first byte of every packet (ISO/IEC 13818-1, 2.4.3.2). */
const SYNC = 0x47;
/** Packets by which a stream is recognised. */
const COUNT = 3;

/**
 * Whether a file is an MPEG transport stream, which shares the extension `.ts`
 * with TypeScript: its first packets begin with the sync byte.
 */
export async function isTransportStream(path: string): Promise<boolean> {
  using file = await Deno.open(path);
  const head = new Uint8Array(192 * COUNT);
  const count = await file.read(head) ?? 0;
  return PACKETS.some(({ bytes, syncAt }) =>
    count >= bytes * (COUNT - 1) + syncAt + 1 &&
    Array.from({ length: COUNT }, (_, i) => head[bytes * i + syncAt])
      .every((byte) => byte === SYNC)
  );
}
