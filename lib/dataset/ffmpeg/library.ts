import { AV_LOG_QUIET } from "node-av/constants";
import { Log } from "node-av/lib";

// FFmpeg writes to the terminal by itself. Errors reach the user as one line of
// ours, so its own log is silenced before anything of it runs: take its classes
// from here, never from "node-av" directly.
Log.setLevel(AV_LOG_QUIET);

export {
  avGetCodecName,
  Codec,
  CodecContext,
  Dictionary,
  FFmpegError,
  FilterGraph,
  FormatContext,
  Frame,
  Packet,
  Rational,
} from "node-av/lib";
export type { FilterContext, Stream } from "node-av/lib";
